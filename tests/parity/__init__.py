"""The compiled strategies against engines that know nothing of them: a plain loop, backtesting.py and vectorbt."""
