"""Serves scrape steps: `python -m celery -A pipelines.defs.celery_app worker`, with GPUHOUR_BROKER set."""

from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from pipelines import settings
from pipelines.defs.celery_workers import app_settings

settings.load_env_file()
app = make_app(app_settings(settings.broker()))
execute_plan = create_task(app)
