"""Typed requests for animations, validated once and shared by cli, batch and web."""
