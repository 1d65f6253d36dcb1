"""Moves: speech features to a face track."""
