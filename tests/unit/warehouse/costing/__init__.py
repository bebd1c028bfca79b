"""Tests of warehouse/costing/."""
