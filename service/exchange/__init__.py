"""Spreadsheets out and in: a round trip of what a commission agreed, and the first day of a ministry."""
