"""Hears: sound to content, activity and speaker."""
