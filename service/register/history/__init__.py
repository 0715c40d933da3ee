"""What was, as entries tell it: on a day in the world, and as it was known at a moment."""
