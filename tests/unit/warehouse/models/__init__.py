"""Tests of warehouse/models/: history, gate, index and marts."""
