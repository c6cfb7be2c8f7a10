"""Fuzzing from the command line: `make fuzz`."""
