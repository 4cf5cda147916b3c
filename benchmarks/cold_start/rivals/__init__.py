"""What a login costs otherwise: the same calls, written as they usually are."""
