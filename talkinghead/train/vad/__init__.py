"""Trains the voice detector."""
