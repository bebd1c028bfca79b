"""Costs of serving and training: the formulas of macros/ applied to requests, and validated against measurements."""
