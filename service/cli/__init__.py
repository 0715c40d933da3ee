"""The command `pacta`."""
