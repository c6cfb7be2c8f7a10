"""Risk rules at the level of whole backtests: no sequence of market data breaks one."""
