"""Tests of one module or table at a time; they mirror the source tree."""
