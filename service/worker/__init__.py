"""What is done beside the requests, in turns, by a process and a database role of its own; never with the log's key."""
