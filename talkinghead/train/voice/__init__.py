"""Trains the content-voice model."""
