"""Augments recordings: noise, room impulse responses, codecs and pitch."""
