"""What an organisation has in hand, and how it goes to another of its party when it is closed."""
