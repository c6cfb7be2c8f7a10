"""What an artifact runs on and with: native sources, data feeds, logs, statistics."""
