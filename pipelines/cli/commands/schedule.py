"""`gpuhour schedule`: print a systemd timer and a cron line that refresh daily."""

from __future__ import annotations

from pipelines import settings
from pipelines.cli.console import OK


def schedule() -> int:
    """Print a systemd timer and a cron line that refresh daily; the timer catches up on missed days."""
    from pipelines.cli.service_units import TEXT

    print(TEXT.format(checkout=settings.CHECKOUT, home=settings.home().root))
    return OK
