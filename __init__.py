"""stratc: a compiler that turns a trading strategy's text into a checked, standalone native program."""

__version__ = "0.1.0"
