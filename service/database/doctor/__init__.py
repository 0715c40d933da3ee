"""Holding a database to what it must be: who may do what, its structure, what is in it; and mending what is safe to mend."""
