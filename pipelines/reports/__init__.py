"""The static site with its machine-readable files, built from the published database without Dagster."""
