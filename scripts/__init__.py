"""What the Makefile calls: environments, locks, and the build for AWS. Standard library only."""
