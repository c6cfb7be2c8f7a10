"""Tests of the language's own library."""
