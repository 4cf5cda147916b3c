"""Attacks on the deployed login, and after each of them the login that it was made from."""
