"""Paints: landmark tracks to frames, of photos, puppets and drawings."""
