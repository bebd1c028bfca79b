"""Serves scrape steps of slow sources: `python -m celery -A tests.support.celery_app worker`."""

import tests.support.slow_sources  # noqa: F401 -- before anything reads the registry
from pipelines.defs.celery_app import app

__all__ = ["app"]
