"""The legal texts that carry commitments."""
