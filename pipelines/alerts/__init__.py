"""Tells people once, and truly, when a price changed in a way they asked about."""
