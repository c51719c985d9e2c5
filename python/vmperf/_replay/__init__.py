"""Allocation traces replayed through allocators, each in processes of its own, and compared."""
