"""Tests of pipelines/cli/."""
