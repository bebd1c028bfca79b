"""Knows the services behind addresses, through Apprise."""

from __future__ import annotations

import logging
from typing import Any


def service_of(address: str) -> Any | None:
    """Return Apprise's service for an address, None where it knows none."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log lines may show an address
    return apprise.Apprise.instantiate(address, suppress_exceptions=True)
