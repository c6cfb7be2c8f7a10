"""Syntax tree to checked, scheduled Program: one module per pass."""
