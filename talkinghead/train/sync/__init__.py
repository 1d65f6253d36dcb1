"""Trains the audio-visual sync network."""
