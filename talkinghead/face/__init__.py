"""Finds: faces in pictures and videos, their 68 points, and the person around them."""
