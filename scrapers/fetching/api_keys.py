"""Fills API keys into request headers and accounts into addresses, and keeps them out of everything that is written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import quote

from scrapers.model import FetchError

_NAME = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
REDACTED = "[redacted]"
# Responses hold secrets too: sessions, and keys that a server echoes.
_SECRET_HEADER = re.compile(r"cookie|authori[sz]ation|api-?key|token|secret|credential|signature", re.IGNORECASE)


def _value(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise FetchError(f"needs a key: set the environment variable {name}", kind="needs_key")
    if not (value.isascii() and value.isprintable()):
        raise FetchError(f"the key in {name} cannot be sent in a header: it is not printable ASCII", kind="needs_key")
    return value


def fill(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with every `{NAME}` replaced by that environment variable.

    Raises FetchError of kind needs_key when one is not set.
    """
    return {name: _NAME.sub(lambda hit: _value(hit[1]), text) for name, text in headers.items()}


def fill_address(url: str) -> str:
    """Return the address with every `{NAME}` replaced by that environment variable, quoted: a team, an organisation.

    Raises FetchError of kind needs_key when one is not set.
    """
    return _NAME.sub(lambda hit: quote(_value(hit[1]), safe=""), url)


def names(headers: Mapping[str, str]) -> set[str]:
    """Return the names of headers whose value holds a key."""
    return {name for name, text in headers.items() if _NAME.search(text)}


def environment_variables(headers: Mapping[str, str], url: str = "") -> list[str]:
    """Return the environment variables that a request needs, in order."""
    return list(dict.fromkeys(hit[1] for text in (*headers.values(), url) for hit in _NAME.finditer(text)))


def redact(text: str, headers: Mapping[str, str], url: str = "") -> str:
    """Remove the values of the keys that these header templates and this address name from a text."""
    for template in (*headers.values(), url):
        for hit in _NAME.finditer(template):
            value = os.environ.get(hit[1], "").strip()
            for form in dict.fromkeys((value, quote(value, safe=""))) if value else ():
                text = text.replace(form, f"{{{hit[1]}}}" if template == url else REDACTED)
    return text


def redact_headers(answer: Mapping[str, str], request_headers: Mapping[str, str]) -> dict[str, str]:
    """Mask cookies, and headers named like a secret, in response headers before they are archived."""
    return {
        name: REDACTED if _SECRET_HEADER.search(name) else redact(value, request_headers)[:1000]
        for name, value in answer.items()
    }
