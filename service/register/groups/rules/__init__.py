"""The rules of a working group. Pure: shared by the service and the verifier."""
