"""Dubs videos: the face of a film says other words, everything else stays as filmed."""
