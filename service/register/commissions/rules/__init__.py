"""The rules of a session and its minutes. Pure: shared by the service and the verifier."""
