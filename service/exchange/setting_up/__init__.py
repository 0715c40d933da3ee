"""Setting up from one file: the administrator's part of it, and each party's own, as requests to the API."""
