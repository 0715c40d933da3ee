"""A move as a resource: proposed, answered, taken back."""
