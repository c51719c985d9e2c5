"""What can be measured: the native registry, its axes, and code of the user's own."""
