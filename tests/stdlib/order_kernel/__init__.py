"""Tests of stdlib/order_kernel.strat: races, the gate, laws, a second opinion on random events, an exhaustive walk."""
