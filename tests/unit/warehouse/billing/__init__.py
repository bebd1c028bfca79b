"""Tests of warehouse/billing/."""
