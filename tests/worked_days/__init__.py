"""Small days whose trades are worked out by hand from the language page."""
