"""The cpu target: Program to C to a native executable and a cffi module."""
