"""What an instrument is, and the arithmetic of its clauses: when it binds, how long, until when notice is in time. Pure."""
