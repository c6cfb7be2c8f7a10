"""Program to artifact: one folder per target."""
