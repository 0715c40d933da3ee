"""The rules by which entries add up to what was known, and to what was so in the world. Pure."""
