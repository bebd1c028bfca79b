"""Proof: tests mirror the three stations."""
