"""Keeps when a refresh last published: imports and verdicts publish too, and say nothing about the daily run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

# Of a run that is due every day: an hour or two for the run itself and the timer's random delay.
OVERDUE = timedelta(hours=26)


def record(home: Home, ended_at: datetime) -> None:
    """Record that a refresh has published."""
    with replacing(home.refreshed, is_durable=False) as part:
        part.write_text(ended_at.astimezone(UTC).isoformat())


def read(home: Home) -> datetime | None:
    """Return when a refresh last published; None where none did, or the file says nothing."""
    try:
        return datetime.fromisoformat(home.refreshed.read_text()).astimezone(UTC)
    except (OSError, ValueError):
        return None
