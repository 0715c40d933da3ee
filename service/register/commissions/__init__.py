"""Joint commissions and the sessions in which they meet."""
