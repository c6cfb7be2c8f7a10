/* The inline functions of the strategy kernel's runtime as functions that a test can call. */
void shim_begin(stratc_core *core, const stratc_input *input, stratc_output *output);
void shim_latch_bar(stratc_core *core, const stratc_instrument *instrument, stratc_holding *holding, const stratc_bar *bar);
int64_t shim_open_leaves(const stratc_view *view, uint8_t side);
void stratc_latch_report(stratc_core *core, const stratc_plan *plan, stratc_holding *holdings, stratc_slot *slots, const stratc_frame *report);
void stratc_sum_up(stratc_core *core, const stratc_holding *holdings, uint32_t count);
int64_t stratc_earliest(const int64_t *deadlines, uint32_t count, int32_t *timer_id);
bool stratc_in_session(const stratc_instrument *instrument, int64_t now);
int64_t stratc_session_time(const stratc_instrument *instrument, int64_t since, int64_t now);
int64_t stratc_session_deadline(const stratc_instrument *instrument, int64_t since, int64_t span);
int64_t stratc_next_boundary(const stratc_instrument *instrument, int64_t now);
int64_t stratc_day_end(const stratc_instrument *instrument, int64_t now);
int64_t stratc_last_of_day(const stratc_instrument *instrument, int64_t now);
int64_t shim_highest(int64_t *state, int64_t capacity, int64_t now, int64_t window, int64_t equity);
