"""What of allocation traces needs processes or packages: recording, captures of memray."""
