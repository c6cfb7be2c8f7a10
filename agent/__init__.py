"""Strategy authoring by language models."""
