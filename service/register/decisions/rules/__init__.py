"""The rules of deciding, for any matter. Pure: shared by the service and the verifier."""
