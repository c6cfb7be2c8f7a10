"""The bundled market data of the example strategies, and the script that made it."""
