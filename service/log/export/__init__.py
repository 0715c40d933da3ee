"""A log as files that are verified without this service."""
