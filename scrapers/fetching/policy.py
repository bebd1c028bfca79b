"""The politeness and limits of fetching in one place: our identity, request intervals, and allowed hosts."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit

from scrapers.fetching import bot_walls
from scrapers.model import FailureKind, FetchError, Provider, clip

PRODUCT = "gpuhour"  # the name that robots.txt groups are matched against
MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """Politeness and patience of fetching; seconds throughout."""

    contact_url: str = "https://github.com/gpuhour/gpuhour"
    interval: float = 5.0  # least pause between two requests to a host
    jitter: float = 2.0  # at most this much is added to the pause
    attempts: int = 4
    backoff: float = 1.0  # first pause before a retry; doubles
    backoff_max: float = 60.0
    wait_max: float = 600.0  # a longer Retry-After or Crawl-delay is a failure that says so
    max_pages: int = 2000  # of one provider in one crawl
    archive: str = "https://web.archive.org"  # where past pages are asked for
    allow_http_hosts: frozenset[str] = frozenset()  # tests only: plain HTTP and loopback; never from the environment

    @classmethod
    def from_env(cls) -> Settings:
        """Return the defaults, with the operator's contact address (GPUHOUR_CONTACT_URL)."""
        contact = clip(os.environ.get("GPUHOUR_CONTACT_URL", ""))
        return cls(contact_url=contact) if contact else cls()

    @property
    def user_agent(self) -> str:
        """Return our identity, with an address for complaints."""
        return f"{PRODUCT}/{version('gpuhour')} (+{self.contact_url})"


def host_of(url: str) -> str:
    """Return the lower-case host name of a URL; empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def check_url(url: str, settings: Settings) -> None:
    """Raise FetchError unless this is an HTTPS URL without credentials (HTTP for the hosts tests allow)."""
    host = host_of(url)
    scheme = url.partition(":")[0].lower()
    if not host or scheme not in ("https", "http"):
        raise FetchError(f"refused {clip(url)}: not a web address")
    if scheme == "http" and host not in settings.allow_http_hosts:
        raise FetchError(f"refused {clip(url)}: only HTTPS is fetched")
    if "@" in urlsplit(url).netloc:
        raise FetchError(f"refused {clip(url)}: the URL holds credentials")


def check_address(host: str, address: str, settings: Settings) -> None:
    """Raise FetchError when a host name resolves to a private, loopback or otherwise non-public address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if host not in settings.allow_http_hosts and (not ip.is_global or ip.is_multicast):
        raise FetchError(f"refused {host}: its address {address} is not public")


def host_rule(provider: Provider, url: str) -> Callable[[str], bool]:
    """Return a test for hosts that `url` may redirect to: its own, and those the provider lists (or below them)."""
    start = host_of(url)

    def allowed(host: str) -> bool:
        return host == start or any(host == listed or host.endswith(f".{listed}") for listed in provider.hosts)

    return allowed


def is_same_address(one: str, other: str) -> bool:
    """Check that two URLs are one page for a reader: `www.`, a last slash, query, fragment and /en/ aside."""
    return _bare(one) == _bare(other)


def _bare(url: str) -> tuple[str, str]:
    path = re.sub(r"^/en(?:[-_]us)?(?=/|$)", "", urlsplit(url).path.lower().rstrip("/")) if host_of(url) else url
    return host_of(url).removeprefix("www."), path


def foreign_redirect(url: str, target: str) -> tuple[str, FailureKind]:
    """Return the message and kind of a redirect to a host that is none of the provider's: it moved, or keeps us out."""
    message = f"{url} redirects to the foreign host {host_of(target)}"
    if bot_walls.asks_for_consent(target):
        return f"{message}, which asks for consent or a captcha", "blocked"
    if bot_walls.other_country(url, target):
        return f"{message}, the page of another country", "blocked"
    return message, "moved"


def may_follow(provider: Provider, url: str) -> bool:
    """Check that a link may be fetched: hosts of the provider's own requests, and those it lists."""
    starts = (one for start in provider.requests for one in (start, *start.alternatives))
    return any(host_rule(provider, start.url)(host_of(url)) for start in starts)
