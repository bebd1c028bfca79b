"""Settles what only all prices of a page together tell."""
