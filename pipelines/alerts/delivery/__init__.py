"""Composes alert messages and delivers them to channels."""
