"""Dagster definitions: assets, jobs, schedules and the resources they share."""
