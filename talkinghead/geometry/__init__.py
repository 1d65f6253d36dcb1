"""Geometry of faces: alignment, mesh warping, the mouth, masks."""
