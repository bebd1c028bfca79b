"""Fetches pages politely, checks that they are complete, and archives them."""
