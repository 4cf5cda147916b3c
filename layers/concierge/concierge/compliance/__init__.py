"""Whether domains are set up as they should be: findings only, nothing is ever changed."""
