"""What machines cost, and what was saved by stopping them."""
