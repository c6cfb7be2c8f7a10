"""Names, types, units and stages: turns the syntax tree into typed expressions and draft equations."""
