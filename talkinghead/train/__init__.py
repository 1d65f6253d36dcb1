"""Teaches: clips to examples, examples to weights."""
