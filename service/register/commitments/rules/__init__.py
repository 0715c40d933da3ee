"""The rules of a commitment's life. Pure: shared by the service and the verifier."""
