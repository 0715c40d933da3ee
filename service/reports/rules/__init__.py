"""How it is counted, and what a report says. Pure: the same for the service and for whoever holds an export."""
