"""The stratc command: one thin module per subcommand."""
