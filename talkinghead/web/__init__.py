"""The web page and its HTTP service."""
