"""Evaluation: metrics on real clips, with baselines."""
