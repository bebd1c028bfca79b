"""Posts bytes to one address, once: no redirect is followed, and little of the response is read."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

_MAX_RESPONSE = 2_000  # bytes of a response that are read


class BadAddress(ValueError):
    """The address is not one of http or https; the message does not repeat it."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer of a receiver. retry_after: the header of that name."""

    status: int
    reason: str
    text: str
    retry_after: str | None

    @property
    def is_ok(self) -> bool:
        """Return whether the receiver took it."""
        return 200 <= self.status < 300


def split(url: str) -> SplitResult:
    """Return the parts of an address. Raises BadAddress for any but http and https."""
    try:
        parts = urlsplit(url)
    except ValueError:  # its message would repeat what it could not read
        raise BadAddress("this is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAddress("an address must begin with https:// (or http://)")
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Response:
    """Post a body to an address.

    Args:
        url: An address of http or https.
        body: The bytes to send.
        headers: Headers beside those that HTTP itself needs.
        timeout: Seconds to wait for each step of the connection, not for all of them.

    Raises:
        BadAddress: The address is of another kind.
        OSError: The receiver is out of reach.
        HTTPException: It does not speak HTTP.
    """
    parts = split(url)
    secure = {"context": ssl.create_default_context()} if parts.scheme == "https" else {}
    kind: Any = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout, **secure)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        text = answer.read(_MAX_RESPONSE).decode(errors="replace")
        return Response(answer.status, answer.reason, text, answer.getheader("Retry-After"))
    finally:
        connection.close()
