"""Whether the entries follow the rules of the register. Pure."""
