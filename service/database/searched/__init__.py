"""The SQL by which things are searched: functions that fold and ask, triggers that keep what is searched. Migrations bring it."""
