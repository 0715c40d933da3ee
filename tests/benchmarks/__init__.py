"""The service measured beside the limit: the same SQL without validation, identity or permissions, in the same run."""
