"""Measuring done: `run`, `sweep` and `benchmark`, from a plan to results."""
