"""The networks (PyTorch modules without I/O), the log-mel front end, and weights on disk."""
