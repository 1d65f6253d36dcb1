"""Trains the content branch and its audio encoder."""
