"""Sends one message to one channel and returns the result; storing and retrying is up to the outbox."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import io
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from pipelines.alerts.apprise_services import service_of
from pipelines.alerts.config.schema import Channel
from pipelines.alerts.config.secrets import MissingSecret, redacted, secret
from pipelines.alerts.delivery import rule_feeds
from pipelines.alerts.delivery.http_post import BadAddress, post
from pipelines.alerts.delivery.message import fitted, render
from pipelines.serialize import printable

TIMEOUT = 15.0  # seconds for each step of an attempt: to connect, and for each part of an answer
DEADLINE = 30.0  # seconds for the whole attempt: one byte after the other would take for ever


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of an attempt. retry_after: seconds the receiver asks to wait. error: redacted; empty when sent."""

    is_sent: bool
    error: str = ""
    retry_after: float | None = None


def send(channel: Channel, content: dict[str, Any], root: Path) -> AttemptResult:
    """Send a message once. Never raises for failures of the receiver, the network or the address.

    root: the state folder, for relative paths in the file of rules.
    """
    secrets: list[str] = []
    try:
        secrets.extend(secret(where, root) for where in (channel.url, channel.secret) if where)
    except MissingSecret as absent:
        return AttemptResult(False, str(absent))
    result = _within(DEADLINE, lambda: _attempt(channel, content, root, secrets))
    return AttemptResult(result.is_sent, printable(redacted(result.error, secrets))[:500], result.retry_after)


def _within(seconds: float, attempt: Callable[[], AttemptResult]) -> AttemptResult:
    """Return an attempt's result, or its failure when the time is up; a thread that hangs ends with the process.

    A message may then arrive all the same, and once more: under the same id.
    """
    results: list[AttemptResult] = []
    thread = threading.Thread(target=lambda: results.append(attempt()), name="attempt", daemon=True)
    thread.start()
    thread.join(seconds)
    return results[0] if results else AttemptResult(False, f"took longer than {seconds:g} s")


def _attempt(channel: Channel, content: dict[str, Any], root: Path, secrets: list[str]) -> AttemptResult:
    try:
        match channel.type:
            case "console":
                return _console(content, channel.format)
            case "file":
                return _file(_under(root, channel.path or ""), content, channel.format)
            case "feed":
                rule_feeds.add(_under(root, channel.path or "feeds"), content)
                return AttemptResult(True)
            case "webhook":
                return _webhook(content, *secrets)
            case "apprise":
                return _apprise(content, channel.format, *secrets)
    except Exception as failed:  # every service fails in its own ways; all are retried
        return AttemptResult(False, f"{type(failed).__name__}: {failed}")


def _console(content: dict[str, Any], form: str) -> AttemptResult:
    """Print to stderr: stdout holds data alone."""
    for line in render(content, form).splitlines():
        print(printable(line), file=sys.stderr)
    sys.stderr.flush()
    return AttemptResult(True)


def _under(root: Path, name: str) -> Path:
    path = Path(name).expanduser()
    return path if path.is_absolute() else root / path


def _file(path: Path, content: dict[str, Any], form: str) -> AttemptResult:
    """Append a line of JSON, or the text, to a file, whole or not at all; it is sent once it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False) + "\n" if form == "json" else render(content, form)
    with path.open("ab", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # two channels may share a file
        size = stream.tell()
        try:
            _write_all(stream, text.encode())
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(size)  # what comes next must not be appended to half a line
            raise
    return AttemptResult(True)


def _write_all(stream: io.FileIO, content: bytes) -> None:
    """Write bytes to a file that a nearly full disk takes in parts."""
    while content:
        content = content[stream.write(content) :]


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Return the signature that a receiver compares: HMAC-SHA256, in hex, of "<timestamp>.<body>"."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _webhook(content: dict[str, Any], url: str, key: str) -> AttemptResult:
    """POST the message as JSON. Redirects are not followed: the signature is for this address."""
    body = json.dumps(content, ensure_ascii=False).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "gpuhour",
        "Idempotency-Key": content["message_id"],
        "X-Gpuhour-Timestamp": stamp,
        "X-Gpuhour-Signature": f"sha256={signature(key, stamp, body)}",
    }
    try:
        response = post(url, body, headers, TIMEOUT)
    except BadAddress:
        return AttemptResult(False, "a webhook address must begin with https:// (or http://)")
    if response.is_ok:
        return AttemptResult(True)
    problem = f"HTTP {response.status} {response.reason}: {response.text[:200]}"
    return AttemptResult(False, problem, retry_after_seconds(response.retry_after))


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """Parse a Retry-After header, a number or a date; at most a day, None where it is absent or invalid."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - (now or datetime.now(UTC))).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else None


def _apprise(content: dict[str, Any], form: str, url: str) -> AttemptResult:
    """Send through one of Apprise's services, without its own retries: the outbox retries."""
    import apprise

    service = service_of(_with_limits(url))
    if service is None:
        return AttemptResult(False, "Apprise does not support this kind of address")
    sender = apprise.Apprise()
    sender.add(service)
    kind = {"markdown": apprise.NotifyFormat.MARKDOWN, "html": apprise.NotifyFormat.HTML}
    with apprise.LogCapture(level=logging.WARNING) as logged:  # type: ignore[no-untyped-call]
        result = sender.notify(
            body=fitted(content, form, service.body_maxlen - len(content["subject"]) - 2),  # some put the title above
            title=content["subject"],
            body_format=kind.get(form, apprise.NotifyFormat.TEXT),
        )
        why = logged.getvalue() if hasattr(logged, "getvalue") else ""
    return AttemptResult(True) if result else AttemptResult(False, " ".join(why.split()) or "the service refused it")


def _with_limits(url: str) -> str:
    """Return an address with our timeouts and in parts where a text is too long, unless it has its own settings."""
    ours = {"cto": f"{TIMEOUT:g}", "rto": f"{TIMEOUT:g}", "overflow": "split"}
    limits = [f"{name}={value}" for name, value in ours.items() if f"{name}=" not in url]
    return url + ("&" if "?" in url else "?") + "&".join(limits) if limits else url
