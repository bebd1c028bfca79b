"""What only all prices of a page together tell."""
