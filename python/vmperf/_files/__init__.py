"""Whole, locked, cached: files and folders as everything above needs them."""
