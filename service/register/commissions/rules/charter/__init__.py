"""The charter of a commission: who its parties are, what it is called, where it stands. Pure."""
