"""Governments, their organisations, and the registration of principals that act for them."""
