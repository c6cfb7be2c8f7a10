"""Measurements: `python -m tests.bench` (docs/performance.md)."""
