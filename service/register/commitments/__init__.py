"""The heart: commitments, the lifecycle they move along, and the confirmations that make a move effective."""
