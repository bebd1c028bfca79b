"""Checks a host's robots.txt (RFC 9309) before anything else is requested, and fetches it at most once a day."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from protego import Protego

from scrapers.fetching.http_client import HttpClient, HttpRequest
from scrapers.fetching.policy import MAX_REDIRECTS, PRODUCT, Settings, check_url
from scrapers.model import FetchError, clip

_DAY = 86400.0
_MAX_BYTES = 500 * 1024  # bytes read, as the RFC has it


class _Buffer:
    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, chunk: bytes) -> None:
        self.data += chunk

    def discard(self) -> None:
        self.data.clear()


@dataclass(frozen=True, slots=True)
class Robots:
    """The hosts' robots.txt rules. 4xx: everything is allowed; 5xx or no response: nothing."""

    folder: Path
    http: HttpClient
    settings: Settings

    def check(self, url: str) -> float:
        """Return the pause in seconds that the host requires between requests.

        Raises FetchError: of kind robots_denied when the page is disallowed; of kind failed when the rules are
        unavailable, which closes the host for now (RFC 9309) and implies nothing for tomorrow.
        """
        rules = Protego.parse(self._text(urljoin(url, "/robots.txt")))
        if not rules.can_fetch(url, PRODUCT):
            raise FetchError(f"robots.txt disallows {clip(url, 500)}: not fetched", kind="robots_denied")
        # A group for gpuhour replaces the one for everybody, which may require the longer pause.
        delay = max(rules.crawl_delay(PRODUCT) or 0.0, rules.crawl_delay("*") or 0.0)
        if delay > self.settings.wait_max:
            raise FetchError(
                f"robots.txt wants {delay:.0f} s between requests to {clip(url, 500)}: longer than we wait",
                kind="robots_denied",
            )
        return delay

    def _text(self, address: str) -> str:
        """Return the rules, from the day's cache or the host; an outdated copy serves while the host is unreachable."""
        parts = urlsplit(address)
        cached = self.folder / (re.sub(r"[^a-z0-9.-]", "_", f"{parts.scheme}_{parts.netloc}".lower()) + ".json")
        old = _read(cached)
        if old and 0 <= time.time() - old[0] < _DAY:
            return old[1]
        try:
            text = self._fetch(address)
        except FetchError as error:
            if old:
                return old[1]
            raise FetchError(
                f"robots.txt is unavailable, so nothing is fetched from that host: {error}",
                error.kind if error.kind == "blocked" else "failed",
                error.status,
                may_pass=error.may_pass,
            ) from None
        _write(cached, text)
        return text

    def _fetch(self, address: str) -> str:
        for _ in range(MAX_REDIRECTS + 1):
            check_url(address, self.settings)
            try:
                answer, buffer = self.http.send(
                    HttpRequest(address, max_bytes=_MAX_BYTES, timeout=30.0, is_cut=True), _Buffer
                )
            except FetchError as error:
                if error.status and 400 <= error.status < 500 and error.status != 429:
                    return ""
                raise
            if not answer.location:
                return buffer.data.decode("utf-8-sig", errors="replace")
            address = answer.location
        raise FetchError(f"more than {MAX_REDIRECTS} redirects at {clip(address, 500)}")


def _read(cached: Path) -> tuple[float, str] | None:
    try:
        facts = json.loads(cached.read_text(encoding="utf-8"))
        return float(facts["fetched_at"]), str(facts["text"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(cached: Path, text: str) -> None:
    """Write by rename, since several processes share the cache."""
    draft = cached.with_suffix(f".{os.getpid()}.tmp")
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"fetched_at": time.time(), "text": text}), encoding="utf-8")
        draft.replace(cached)
    except OSError as error:
        raise FetchError(f"cannot write {cached}: {error.strerror or error}") from error
