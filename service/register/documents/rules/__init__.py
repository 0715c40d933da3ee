"""What a document is, and what it is called: the same for the service and for the verifier. Pure."""
