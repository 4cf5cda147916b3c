"""The scheduled half: a run over accounts and regions, and the rooms that each of them is swept by."""
