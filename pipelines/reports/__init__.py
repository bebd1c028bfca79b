"""The site that people read and quote, with files for machines: made of the published database, without Dagster."""
