"""How many photos and bytes the server takes on at once, and how long they may wait."""
