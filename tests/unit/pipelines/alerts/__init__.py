"""Tests of pipelines/alerts/."""
