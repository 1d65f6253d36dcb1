"""Trains the image translator of the mouth."""
