"""Reads corpora and stores training examples."""
