"""Tests of warehouse/imports/."""
