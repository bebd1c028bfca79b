"""Reads bills in the FOCUS format and prices their GPU lines from the price history."""
