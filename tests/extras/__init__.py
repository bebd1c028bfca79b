"""Tests of the parts that are extras: each starts the real server of its part, or says clearly why it cannot."""
