"""Renders many clips from a table of jobs, in parallel worker processes."""
