"""What several tests share; nothing here is part of the library."""
