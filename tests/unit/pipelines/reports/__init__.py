"""Tests of pipelines/reports/."""
