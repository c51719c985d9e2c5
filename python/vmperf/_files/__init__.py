"""Whole, locked, cached, SQLite: files and folders as everything above needs them."""
