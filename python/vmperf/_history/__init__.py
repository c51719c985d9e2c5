"""Kept comparisons: histories, baselines, and the machines that they are of."""
