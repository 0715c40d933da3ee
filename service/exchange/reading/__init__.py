"""Reading a spreadsheet that somebody sent: in a process of its own, without network, environment or database."""
