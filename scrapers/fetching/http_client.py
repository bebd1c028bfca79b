"""Downloads one response over HTTP into a sink, within limits of bytes and time for the response as a whole."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

import httpx2
import stamina

from scrapers.fetching import bot_walls
from scrapers.fetching.connection_guard import ConnectionGuard
from scrapers.fetching.decompress import ACCEPTED, inflate
from scrapers.fetching.policy import Settings, host_of
from scrapers.fetching.rate_limit import HostLocks, RetryLater
from scrapers.model import FailureKind, FetchError, clip

_LOG = logging.getLogger(__name__)
LANGUAGE = "en-US"  # fixed, or prices come in the currency of the country we run in
_REDIRECTS = (301, 302, 303, 307, 308)
_REASONED = (400, 422)  # the question was not understood: the answer says which part of it
_ANSWER = 10_000  # characters of such an answer that are kept
_ERROR_BYTES = 64 * 1024  # read of a page that says why there is none
_CONDITIONS = {"if-none-match", "if-modified-since"}
# By default stamina logs through structlog to stdout, which is reserved for data. Retries are logged here instead.
stamina.instrumentation.set_on_retry_hooks(())
# At debug level these two log headers, and keys with them.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TransientError(FetchError, RetryLater):
    """A failure that may pass: worth another attempt after `seconds`, or the usual pause."""

    def __init__(
        self,
        message: str,
        status: int | None = None,
        seconds: float = 0.0,
        *,
        kind: FailureKind = "failed",
        is_unreachable: bool = False,
    ) -> None:
        super().__init__(message, kind, status, may_pass=True)
        self.seconds = seconds
        self.is_unreachable = (
            is_unreachable  # no connection could be made: other pages of the host cannot be had either
        )


class Sink(Protocol):
    """Receives the bytes of a response."""

    def write(self, chunk: bytes) -> None: ...
    def discard(self) -> None: ...


S = TypeVar("S", bound=Sink)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it is sent (keys filled in), and the limits of its response."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    max_bytes: int = 64 * 1024 * 1024
    timeout: float = 60.0
    is_cut: bool = False  # True: bytes beyond max_bytes are not an error, just not read


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response without its bytes; a redirect's target is in `location`."""

    status: int
    url: str
    headers: Mapping[str, str]
    location: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_framed(self) -> bool:
        """Check that the transfer itself marked the response's end; the HTTP library then notices a missing one."""
        return any(name in self.headers for name in ("content-length", "transfer-encoding", "content-encoding"))


class HttpClient:
    """Sends one request at a time to a host, retries, and never exceeds the limits of a response."""

    def __init__(
        self, settings: Settings, host_locks: HostLocks, transport: httpx2.BaseTransport | None = None
    ) -> None:
        """Create a client; `transport` answers instead of the network (replay)."""
        self._settings, self._host_locks, self._replacement = settings, host_locks, transport
        self._unreachable: dict[str, str] = {}  # host -> why, for the life of this client

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Read the certificates that are trusted, once a client and only for the network: it takes 30 ms."""
        return httpx2.create_ssl_context()

    def send(self, request: HttpRequest, make_sink: Callable[[], S], delay: float = 0.0) -> tuple[HttpResponse, S]:
        """Send a request without following redirects; `delay` is the minimum pause after it.

        Statuses other than 200, 304 and redirects raise FetchError, as do limits, after retries where they make
        sense.
        """

        def attempt() -> tuple[HttpResponse, S]:
            sink = make_sink()
            try:
                return self._once(request, sink), sink
            except BaseException:
                sink.discard()
                raise

        return self.with_retries(request.url, delay, attempt)

    def with_retries(self, url: str, delay: float, action: Callable[[], T]) -> T:
        """Run an action while holding the host's lock, and again with growing pauses while it raises TransientError.

        A host's own Retry-After is kept by the lock, so only our pauses are slept here. A host that could not be
        connected to after all attempts is not tried again: without a network each of its pages would take minutes.
        """
        s, host = self._settings, host_of(url)
        if host in self._unreachable:
            reason = self._unreachable[host]
            raise FetchError(f"{clip(url, 500)}: {host} could not be reached before: {reason}", may_pass=True)
        for attempt in stamina.retry_context(
            on=TransientError,
            attempts=s.attempts,
            timeout=None,
            wait_initial=s.backoff,
            wait_max=s.backoff_max,
            wait_jitter=s.backoff,
        ):
            with attempt, self._host_locks.take(host, delay):
                try:
                    return action()
                except TransientError as error:
                    # The message stays out: a host may have echoed a key, and only the caller can redact it.
                    outcome = f"status {error.status}" if error.status else "no complete response"
                    _LOG.warning("%s: %s at attempt %d of %d", host, outcome, attempt.num, s.attempts)
                    if error.is_unreachable and attempt.num == s.attempts:
                        self._unreachable[host] = clip(str(error), 500)
                    raise
        raise AssertionError("stamina returns or raises")

    def _once(self, request: HttpRequest, sink: Sink) -> HttpResponse:
        identity = {"User-Agent": self._settings.user_agent, "Accept-Encoding": ACCEPTED}
        headers = {"Accept-Language": LANGUAGE, **request.headers, **identity}
        transport = self._replacement or httpx2.HTTPTransport(verify=self._tls)
        client = httpx2.Client(transport=transport, timeout=request.timeout, trust_env=False)
        guard = ConnectionGuard(host_of(request.url), self._settings, request.timeout)
        with _translate_errors(request, guard), guard, client:
            built = client.build_request(
                request.method,
                request.url,
                headers=headers,
                content=request.body or None,
                extensions={"trace": guard.trace},
            )
            response = client.send(built, stream=True)
            try:
                return self._receive(request, response, sink)
            finally:
                response.close()

    def _receive(self, request: HttpRequest, response: httpx2.Response, sink: Sink) -> HttpResponse:
        status, headers = response.status_code, dict(response.headers)
        if status in _REDIRECTS and "location" in headers:
            target = str(response.url.join(headers["location"]))
            return HttpResponse(status, request.url, headers, target)
        if status != 304 or not _CONDITIONS & {name.lower() for name in request.headers}:
            body = b"" if status == 200 else _error_page(response)
            if status in _REASONED:
                answer = body[:_ANSWER].decode("utf-8", "replace")
                raise FetchError(f"{clip(request.url, 500)} returned status {status}", status=status, answer=answer)
            check_status(request.url, status, headers, self._settings, body)
            _copy(request, inflate(response.iter_raw(), headers.get("content-encoding", "")), sink)
        return HttpResponse(status, request.url, headers, extensions=response.extensions)


def check_status(url: str, status: int, headers: Mapping[str, str], settings: Settings, body: bytes = b"") -> None:
    """Raise FetchError for every status but 200: TransientError where a retry makes sense.

    The error is of kind blocked where the answer, by its status, its headers or the page in `body`, is a bot wall, and
    of kind moved where the page is gone.
    """
    wall = bot_walls.refusal(status, headers, body)
    if status == 200 and not wall:
        return
    message = f"{clip(url, 500)} returned status {status}{wall and f': {wall}'}"
    kind: FailureKind = "blocked" if wall else "moved" if status in (404, 410) else "failed"
    if status != 429 and (wall or status < 500):
        raise FetchError(message, kind, status)
    seconds = retry_after(headers.get("retry-after", ""))
    if seconds > settings.wait_max:
        message += f" and asks to retry in {seconds:.0f} s: longer than we wait"
        raise FetchError(message, kind, status, may_pass=True)
    raise TransientError(message, status, seconds, kind=kind)


def retry_after(text: str) -> float:
    """Return the seconds of a Retry-After header, given as seconds or as an HTTP date; 0 when it is unreadable."""
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _error_page(response: httpx2.Response) -> bytes:
    """Return the beginning of the page that came with an error, as far as it can be read."""
    body = b""
    with suppress(FetchError, httpx2.HTTPError):
        for chunk in inflate(response.iter_raw(), response.headers.get("content-encoding", "")):
            body += chunk
            if len(body) >= _ERROR_BYTES:
                break
    return body[:_ERROR_BYTES]


def _copy(request: HttpRequest, chunks: Iterator[bytes], sink: Sink) -> None:
    left = request.max_bytes
    for chunk in chunks:
        if len(chunk) > left and not request.is_cut:
            raise FetchError(f"{clip(request.url, 500)} is larger than its limit of {request.max_bytes} bytes")
        sink.write(chunk[:left])
        left -= len(chunk)
        if left <= 0 and request.is_cut:
            return


@contextmanager
def _translate_errors(request: HttpRequest, guard: ConnectionGuard) -> Iterator[None]:
    """Convert the HTTP library's errors, without the headers that its messages may quote."""
    url = clip(request.url, 500)
    try:
        yield
        if guard.is_over:  # a response without a stated length looks complete when its connection is cut
            raise FetchError("cut off")
    except FetchError as error:
        if guard.is_over:  # the cut connection looks like a damaged response
            raise TransientError(f"{url} took longer than {guard.seconds:g} s") from None
        if url not in str(error):
            raise FetchError(f"{url}: {error}", error.kind, error.status) from None
        raise
    except httpx2.LocalProtocolError as error:
        raise FetchError(f"{url}: the request cannot be sent as it is ({type(error).__name__})") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        is_unreachable = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
        if guard.is_over or isinstance(error, httpx2.TimeoutException):
            slow = f"{url} took longer than {guard.seconds:g} s"
            raise TransientError(slow, is_unreachable=is_unreachable) from None
        if isinstance(error, httpx2.TransportError | OSError):
            failed = f"{url}: {type(error).__name__}: {error}"
            raise TransientError(failed, is_unreachable=is_unreachable) from None
        raise FetchError(f"{url}: {type(error).__name__}: {error}") from None
