"""Trains the speaker branch."""
