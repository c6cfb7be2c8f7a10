"""Generated contracts: frames and record schemas."""
