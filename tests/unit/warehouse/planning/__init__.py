"""Tests of warehouse/planning/."""
