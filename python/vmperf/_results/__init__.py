"""What was found: the journal of a run, and every form in which it is read."""
