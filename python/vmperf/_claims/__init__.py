"""Stated figures, measured anew."""
