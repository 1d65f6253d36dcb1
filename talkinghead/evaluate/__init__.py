"""How good it is: figures against real clips, each beside its baselines."""
