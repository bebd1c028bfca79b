"""Reads prices, units and accelerator names from HTML and JSON."""
