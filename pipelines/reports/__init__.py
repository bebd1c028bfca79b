"""The site that people read and quote, and its files for machines: made of the published database alone, without Dagster."""
