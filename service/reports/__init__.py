"""The report with which a session opens, and the metrics that it quotes: made from the entries alone."""
