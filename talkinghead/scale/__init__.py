"""Many jobs: worker processes that share them, and the log of what is done."""
