"""Brings one answer over HTTP into a sink, within limits of bytes and time that hold for the answer as a whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

import httpx2
import stamina

from scrapers.fetching.connection_guard import Watch
from scrapers.fetching.decompress import ACCEPTED, inflate
from scrapers.fetching.policy import Settings, host_of
from scrapers.fetching.rate_limit import ComeBackLater, Turns
from scrapers.model import FetchError, clip

_LOG = logging.getLogger(__name__)
LANGUAGE = "en-US"  # one language for every visit, or prices come in the currency of wherever we run
_REDIRECTS = (301, 302, 303, 307, 308)
_CONDITIONS = {"if-none-match", "if-modified-since"}
# By default stamina speaks through structlog, which prints to stdout; stdout holds data alone. We log retries here.
stamina.instrumentation.set_on_retry_hooks(())
# At their finer levels these two print headers, and keys with them.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Transient(FetchError, ComeBackLater):
    """A failure that may be over in a moment: worth another attempt after `seconds`, or the usual pause."""

    def __init__(self, message: str, status: int | None = None, seconds: float = 0.0) -> None:
        super().__init__(message, status=status)
        self.seconds = seconds


class Sink(Protocol):
    """Where the bytes of an answer go."""

    def write(self, chunk: bytes) -> None: ...
    def discard(self) -> None: ...


S = TypeVar("S", bound=Sink)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to one address, as it is sent (keys filled in), and the limits of its answer."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    max_bytes: int = 64 * 1024 * 1024
    timeout: float = 60.0
    is_cut: bool = False  # True: bytes beyond max_bytes are not an error, just not read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, apart from its bytes; a redirect's target is in `location`."""

    status: int
    url: str
    headers: Mapping[str, str]
    location: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_framed(self) -> bool:
        """Whether the transfer itself told where the answer ends; the HTTP library then notices a missing end."""
        return any(name in self.headers for name in ("content-length", "transfer-encoding", "content-encoding"))


class Web:
    """HTTP as this project speaks it: in turn, retried with patience, never reading more or longer than allowed."""

    def __init__(self, settings: Settings, turns: Turns, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` answers instead of the network (replay)."""
        self._settings, self._turns, self._replacement = settings, turns, transport
        self._tls = httpx2.create_ssl_context()

    def ask(self, ask: Ask, make_sink: Callable[[], S], delay: float = 0.0) -> tuple[Answer, S]:
        """One answer, no redirect followed; `delay` is the least pause after it.

        Statuses other than 200, 304 and redirects raise FetchError, as do limits, after the attempts that make sense.
        """

        def attempt() -> tuple[Answer, S]:
            sink = make_sink()
            try:
                return self._once(ask, sink), sink
            except BaseException:
                sink.discard()
                raise

        return self.in_turn(ask.url, delay, attempt)

    def in_turn(self, url: str, delay: float, action: Callable[[], T]) -> T:
        """Do something with a host in its turn, again with growing pauses while it fails in a way that may pass.

        A host's own Retry-After is kept by its turn, so only our pauses are slept here.
        """
        s = self._settings
        for attempt in stamina.retry_context(
            on=Transient,
            attempts=s.attempts,
            timeout=None,
            wait_initial=s.backoff,
            wait_max=s.backoff_max,
            wait_jitter=s.backoff,
        ):
            with attempt, self._turns.take(host_of(url), delay):
                try:
                    return action()
                except Transient as error:
                    # Without the message, which may quote what a host echoed: keys are known further up.
                    came = f"status {error.status}" if error.status else "no whole answer"
                    _LOG.warning("%s: %s at attempt %d of %d", host_of(url), came, attempt.num, s.attempts)
                    raise
        raise AssertionError("stamina returns or raises")

    def _once(self, ask: Ask, sink: Sink) -> Answer:
        manners = {"User-Agent": self._settings.user_agent, "Accept-Encoding": ACCEPTED}
        headers = {"Accept-Language": LANGUAGE, **ask.headers, **manners}
        transport = self._replacement or httpx2.HTTPTransport(verify=self._tls)
        client = httpx2.Client(transport=transport, timeout=ask.timeout, trust_env=False)
        watch = Watch(host_of(ask.url), self._settings, ask.timeout)
        with _translated(ask, watch), watch, client:
            request = client.build_request(
                ask.method, ask.url, headers=headers, content=ask.body or None, extensions={"trace": watch.trace}
            )
            response = client.send(request, stream=True)
            try:
                return self._receive(ask, response, sink)
            finally:
                response.close()

    def _receive(self, ask: Ask, response: httpx2.Response, sink: Sink) -> Answer:
        status, headers = response.status_code, dict(response.headers)
        if status in _REDIRECTS and "location" in headers:
            target = str(response.url.join(headers["location"]))
            return Answer(status, ask.url, headers, target)
        if status != 304 or not _CONDITIONS & {name.lower() for name in ask.headers}:
            check_status(ask.url, status, headers, self._settings)
            _pour(ask, inflate(response.iter_raw(), headers.get("content-encoding", "")), sink)
        return Answer(status, ask.url, headers, extensions=response.extensions)


def check_status(url: str, status: int, headers: Mapping[str, str], settings: Settings) -> None:
    """Raise FetchError for every status but 200: Transient where asking again makes sense."""
    if status == 200:
        return
    message = f"{clip(url, 500)} answered with status {status}"
    if status != 429 and status < 500:
        raise FetchError(message, status=status)
    seconds = retry_after(headers.get("retry-after", ""))
    if seconds > settings.wait_max:
        raise FetchError(f"{message} and asks to come back in {seconds:.0f} s: longer than we wait", status=status)
    raise Transient(message, status, seconds)


def retry_after(text: str) -> float:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date; 0 when it says nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _pour(ask: Ask, chunks: Iterator[bytes], sink: Sink) -> None:
    left = ask.max_bytes
    for chunk in chunks:
        if len(chunk) > left and not ask.is_cut:
            raise FetchError(f"{clip(ask.url, 500)} is larger than its limit of {ask.max_bytes} bytes")
        sink.write(chunk[:left])
        left -= len(chunk)
        if left <= 0 and ask.is_cut:
            return


@contextmanager
def _translated(ask: Ask, watch: Watch) -> Iterator[None]:
    """The HTTP library's errors in our words, without the headers that its messages may quote."""
    url = clip(ask.url, 500)
    try:
        yield
        if watch.is_over:  # an answer without a stated end looks whole when its connection is cut
            raise FetchError("cut off")
    except FetchError as error:
        if watch.is_over:  # the cut connection looks like a damaged answer
            raise Transient(f"{url} took longer than {watch.seconds:g} s") from None
        if url not in str(error):
            raise FetchError(f"{url}: {error}", error.kind, error.status) from None
        raise
    except httpx2.LocalProtocolError as error:
        raise FetchError(f"{url}: the request cannot be sent as it is ({type(error).__name__})") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        if watch.is_over or isinstance(error, httpx2.TimeoutException):
            raise Transient(f"{url} took longer than {watch.seconds:g} s") from None
        if isinstance(error, httpx2.TransportError | OSError):
            raise Transient(f"{url}: {type(error).__name__}: {error}") from None
        raise FetchError(f"{url}: {type(error).__name__}: {error}") from None
