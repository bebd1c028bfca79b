"""Evaluates alert rules against published prices."""
