/* Positions and money: average cost, realised and unrealised, fees in either asset, round trips. */
#include "account.h"

/* From 2^64 on a product stays beyond every sum of amounts whatever its unit, so it need not be exact. */
stratc_wide stratc_notional(const stratc_instrument *instrument, int64_t lots, int64_t price) {
    stratc_wide value = (stratc_wide)lots * price, exact = (stratc_wide)1 << 64;
    return value > exact || value < -exact ? value : value * instrument->money_per_unit;
}

void stratc_fault(stratc_core *core, uint32_t code, uint32_t line) {
    if (core->fault == STRATC_FAULT_NONE) {
        core->fault = code;
        core->fault_line = line;
    }
}

int64_t stratc_money(stratc_core *core, stratc_wide amount) {
    if (amount > INT64_MAX / 2 || amount < -(INT64_MAX / 2)) {
        stratc_fault(core, STRATC_FAULT_MONEY, 0);
        return 0;
    }
    return (int64_t)amount;
}

void stratc_revalue_exactly(stratc_core *core, const stratc_instrument *instruments, const stratc_holding *holdings, uint32_t count) {
    stratc_account *account = &core->account;
    int64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t worth = stratc_money(core, stratc_notional(&instruments[i], holdings[i].position, holdings[i].mark));
        value = stratc_money(core, (stratc_wide)value + worth);
    }
    account->equity = stratc_money(core, (stratc_wide)account->capital + account->realised + value - account->cost - account->fees);
}

/* A reduction takes the closed share of the cost, truncated toward zero; the rest stays with the rest. */
static void exchange(stratc_core *core, const stratc_instrument *instrument, stratc_holding *holding, int64_t lots, int64_t price) {
    int64_t before = holding->position;
    bool reduces = (before > 0 && lots < 0) || (before < 0 && lots > 0);
    int64_t closed = reduces ? (stratc_absolute(lots) < stratc_absolute(before) ? lots : -before) : 0;
    if (closed != 0) {
        int64_t share = (int64_t)((stratc_wide)holding->cost * stratc_absolute(closed) / stratc_absolute(before));
        holding->realised = stratc_money(core, holding->realised + stratc_notional(instrument, -closed, price) - share);
        holding->cost -= share;
    }
    holding->cost = stratc_money(core, holding->cost + stratc_notional(instrument, lots - closed, price));
    holding->position += lots;
}

/* fee * price * unit / lot_units, rounded up; in two steps because the product may pass 128 bits. */
static stratc_wide base_fee_as_money(const stratc_instrument *instrument, int64_t fee, int64_t price) {
    stratc_wide value = (stratc_wide)fee * price, units = instrument->lot_units;
    stratc_wide rest = value % units * instrument->money_per_unit;
    return value / units * instrument->money_per_unit + rest / units + (rest % units > 0);
}

void stratc_trade(stratc_core *core, const stratc_instrument *instrument, stratc_holding *holding, int64_t lots, int64_t price, int64_t fee,
                  bool fee_in_base) {
    exchange(core, instrument, holding, lots, price);
    if (!fee_in_base) {
        holding->fees = stratc_money(core, (stratc_wide)holding->fees + fee);
        return;
    }
    holding->fees = stratc_money(core, holding->fees + base_fee_as_money(instrument, fee, price));
    stratc_wide due = (stratc_wide)holding->dust + fee;
    holding->dust = (int64_t)(due % instrument->lot_units);
    exchange(core, instrument, holding, -(int64_t)(due / instrument->lot_units), price);
}

void stratc_sum_up(stratc_core *core, const stratc_holding *holdings, uint32_t count) {
    stratc_wide realised = 0, fees = 0, cost = 0;
    for (uint32_t i = 0; i < count; i++) {
        realised += holdings[i].realised;
        fees += holdings[i].fees;
        cost += holdings[i].cost;
    }
    core->account.realised = stratc_money(core, realised);
    core->account.fees = stratc_money(core, fees);
    core->account.cost = stratc_money(core, cost);
}

void stratc_end_trip(stratc_account *account, stratc_holding *holding) {
    int64_t earned = holding->realised - holding->fees;
    account->streak = earned < holding->trip_base ? account->streak + 1 : 0;
    holding->trip_base = earned;
}
