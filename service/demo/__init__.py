"""The demo: the pilot's data, loaded through the same commands as any user's request, on a private PostgreSQL."""
