"""What a bar does to orders, path by path: small strategies on hand-made bars, compared with golden texts that people can read."""
