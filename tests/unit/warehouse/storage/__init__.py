"""Tests of warehouse/storage/."""
