"""Tells a service that expects it, such as healthchecks.io, that a refresh began or ended.

The service notices what this machine cannot tell: that it is off, or that nobody starts the refresh any more.
"""

from __future__ import annotations

import logging
import os
from threading import Thread
from urllib.parse import urlunsplit

from pipelines.alerts.config.secrets import redacted
from pipelines.alerts.delivery.http_post import post, split
from pipelines.serialize import printable

VARIABLE = "GPUHOUR_HEARTBEAT_URL"
DEADLINE = 5.0  # seconds that a refresh waits at its end, in all
_FINE = (0, 3)  # exit codes: some provider fails on most days, and its last good prices stay
log = logging.getLogger("gpuhour.heartbeat")


def began() -> None:
    """Tell that a refresh began, without waiting for an answer."""
    if url := os.environ.get(VARIABLE, "").strip():
        _start(url, "start", "a refresh began")


def ended(code: int) -> None:
    """Tell that a refresh ended with an exit code; returns within DEADLINE seconds, whatever the service does."""
    if url := os.environ.get(VARIABLE, "").strip():
        sending = _start(url, "" if code in _FINE else "fail", f"a refresh ended with exit code {code}")
        sending.join(DEADLINE)
        if sending.is_alive():
            log.warning("the heartbeat was not answered within %g seconds", DEADLINE)


def _start(url: str, signal: str, text: str) -> Thread:
    # A thread, since no timeout of a socket covers a slow name server or an answer that drips.
    thread = Thread(target=_send, args=(url, signal, text), name="heartbeat", daemon=True)
    thread.start()
    return thread


def _send(url: str, signal: str, text: str) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "gpuhour"}
    try:
        response = post(address(url, signal), text.encode(), headers, DEADLINE)
        problem = "" if response.is_ok else f"HTTP {response.status} {response.reason}"
    except Exception as failed:  # a refresh never fails because of it, whatever goes wrong here
        problem = f"{type(failed).__name__}: {failed}"
    if problem:
        log.warning("the heartbeat failed: %s", printable(redacted(problem, [url]))[:300])


def address(url: str, signal: str) -> str:
    """Return where a signal goes: the last step of the path, before any query; "" is the address itself."""
    parts = split(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{signal}")) if signal else url
