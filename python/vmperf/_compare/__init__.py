"""A against B: arms, pairs of processes, verdicts."""
