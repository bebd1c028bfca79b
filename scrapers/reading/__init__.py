"""Reads offers from any price page by meaning: names of accelerators, amounts, and the words around them."""
