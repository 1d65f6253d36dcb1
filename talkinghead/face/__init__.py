"""Detects and tracks faces, and segments the person."""
