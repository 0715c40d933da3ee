"""What each party says of how far a commitment is on its side: reports, own entries of the commitment's trail."""
