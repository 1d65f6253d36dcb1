"""Dubs videos: the face of a video says other words, everything else stays as filmed."""
