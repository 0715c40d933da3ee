"""Pacta: one shared, provable record of what governments agreed."""
