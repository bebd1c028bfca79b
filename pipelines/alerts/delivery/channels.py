"""Sends one message to one channel, and says what came of it; keeping and retrying is the outbox's business."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import os
import ssl
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.alerts.config.schema import Channel
from pipelines.alerts.config.secrets import NoSecret, redacted, secret
from pipelines.alerts.delivery.message import render
from pipelines.serialize import printable

TIMEOUT = 15.0  # seconds for one attempt
_ANSWER = 2_000  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. retry_after: seconds the receiver asks to wait. error: redacted; empty when sent."""

    is_sent: bool
    error: str = ""
    retry_after: float | None = None


def send(channel: Channel, said: dict[str, Any], root: Path) -> Outcome:
    """Send a message once. Never raises for what the receiver, the network or the address does.

    root: the state folder, for paths in the file of rules.
    """
    secrets: list[str] = []
    try:
        secrets.extend(secret(where, root) for where in (channel.url, channel.secret) if where)
        match channel.type:
            case "console":
                done = _console(said, channel.format)
            case "file":
                done = _file(_under(root, channel.path or ""), said, channel.format)
            case "webhook":
                done = _webhook(said, *secrets)
            case "apprise":
                done = _apprise(said, channel.format, *secrets)
    except NoSecret as absent:
        return Outcome(False, str(absent))
    except Exception as failed:  # a channel may fail in as many ways as there are services; all are retried
        done = Outcome(False, f"{type(failed).__name__}: {failed}")
    return Outcome(done.is_sent, printable(redacted(done.error, secrets))[:500], done.retry_after)


def _console(said: dict[str, Any], form: str) -> Outcome:
    """stderr: stdout holds data alone."""
    for line in render(said, form).splitlines():
        print(printable(line), file=sys.stderr)
    sys.stderr.flush()
    return Outcome(True)


def _under(root: Path, name: str) -> Path:
    path = Path(name).expanduser()
    return path if path.is_absolute() else root / path


def _file(path: Path, said: dict[str, Any], form: str) -> Outcome:
    """One line of JSON a message, or its text, at the end of a file; on the disk before it counts as sent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(said, ensure_ascii=False) + "\n" if form == "json" else render(said, form)
    with path.open("a") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return Outcome(True)


def signature(key: str, timestamp: str, body: bytes) -> str:
    """What a receiver compares: HMAC-SHA256, in hex, of "<timestamp>.<body>"."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _webhook(said: dict[str, Any], url: str, key: str) -> Outcome:
    """POST the message as JSON. Redirects are not followed: the signature is for this address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Outcome(False, "the address of a webhook begins with https:// (or http://)")
    body = json.dumps(said, ensure_ascii=False).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "gpuhour",
        "Idempotency-Key": said["message_id"],
        "X-Gpuhour-Timestamp": stamp,
        "X-Gpuhour-Signature": f"sha256={signature(key, stamp, body)}",
    }
    secure = {"context": ssl.create_default_context()} if parts.scheme == "https" else {}
    kind: Any = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT, **secure)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        text = answer.read(_ANSWER).decode(errors="replace")
        if 200 <= answer.status < 300:
            return Outcome(True)
        return Outcome(
            False, f"HTTP {answer.status} {answer.reason}: {text[:200]}", wait_of(answer.getheader("Retry-After"))
        )
    finally:
        connection.close()


def wait_of(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date; None where it does not say. At most a day."""
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


def _apprise(said: dict[str, Any], form: str, url: str) -> Outcome:
    """Any of Apprise's services. It retries nothing itself: that is the outbox's business."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log lines may show an address
    service = apprise.Apprise.instantiate(_with_limits(url), suppress_exceptions=True)
    if service is None:
        return Outcome(False, "Apprise does not know this kind of address")
    sender = apprise.Apprise()
    sender.add(service)
    kind = {"markdown": apprise.NotifyFormat.MARKDOWN, "html": apprise.NotifyFormat.HTML}
    with apprise.LogCapture(level=logging.WARNING) as logged:  # type: ignore[no-untyped-call]
        done = sender.notify(
            body=render(said, form),
            title=said["subject"],
            body_format=kind.get(form, apprise.NotifyFormat.TEXT),
        )
        why = logged.getvalue() if hasattr(logged, "getvalue") else ""
    return Outcome(True) if done else Outcome(False, " ".join(why.split()) or "the service refused it")


def _with_limits(url: str) -> str:
    """An address with our timeouts, unless it has its own."""
    limits = [f"{name}={TIMEOUT:g}" for name in ("cto", "rto") if f"{name}=" not in url]
    return url + ("&" if "?" in url else "?") + "&".join(limits) if limits else url
