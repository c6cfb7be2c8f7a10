"""Nodes in Python of the example strategies."""
