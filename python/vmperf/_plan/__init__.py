"""What will be measured, in which order, and for how long."""
