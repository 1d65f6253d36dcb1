"""Renderers: landmark tracks to frames of photos, puppets and drawings, and plots of tracks."""
