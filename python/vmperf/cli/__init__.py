"""The command line: a click group and one file per command. Only this package prints."""
