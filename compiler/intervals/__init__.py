"""Interval analysis of the dataflow: between which values each expression lies, and whether it can be NaN or missing.

interval.py says what an interval is, one file per operator how it is calculated with, inputs.py what is known of what comes from outside,
evaluate.py puts them together for an expression, solve.py for equations that refer to their own past.
"""
