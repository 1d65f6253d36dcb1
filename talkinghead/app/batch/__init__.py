"""The jobs of a batch: read out of a file, looked at, and done."""
