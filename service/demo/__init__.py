"""The pilot: the Pakistan-Azerbaijan Joint Commission, loaded through the same commands as any user's request."""
