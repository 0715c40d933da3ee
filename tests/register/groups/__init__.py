"""Working groups, from their founding to their end."""
