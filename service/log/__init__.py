"""Reading the audit trail; it stands above commitments, because it needs their visibility."""
