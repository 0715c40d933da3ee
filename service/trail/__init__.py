"""The append-only audit trail: entries, how they are chained, and the one place that appends them."""
