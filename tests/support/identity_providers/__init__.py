"""Real identity providers: software that companies run, behind one small protocol."""
