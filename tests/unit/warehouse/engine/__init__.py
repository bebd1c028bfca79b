"""Tests of warehouse/engine/."""
