"""Reads and writes audio, pictures and videos."""
