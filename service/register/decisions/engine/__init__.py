"""The engine: a matter is locked, judged, and written with its entry in one statement."""
