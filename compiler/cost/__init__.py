"""What a checked program costs, known before it runs: bytes remembered, operations in an instant, its longest chain of operations."""
