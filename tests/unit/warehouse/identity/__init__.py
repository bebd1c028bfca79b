"""Tests of warehouse/identity/."""
