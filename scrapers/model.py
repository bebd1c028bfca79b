"""The contract of all parsers: Request, Page, Offer and Provider."""

from __future__ import annotations

import gzip
import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Literal, cast

PricingModel = Literal[
    "on_demand",
    "spot",
    "reserved",  # commitments, savings plans, capacity blocks, clusters
    # Provisional kinds keep a word of their own: none is comparable with the three above.
    "dws_flex_start",
    "dws_calendar",
    "flexible_cud",
    "inference",
    "dynamic",  # a provider's own daily price, beside its fixed one
]
# What a price buys: a time of an instance, or of one GPU of it. Hours in each: macros/hours.sql.
PriceUnit = Literal[
    "instance_second", "instance_minute", "instance_hour", "day", "week", "month", "year",
    "gpu_second", "gpu_minute", "gpu_hour", "gpu_day", "gpu_week", "gpu_month", "gpu_year",
    "term_total", "vcpu_hour", "gib_hour", "gib_month",
]  # fmt: skip
PriceScope = Literal[
    "instance",
    "gpu_component",
    "host_component",
    "offer_aggregate",  # a statistic of a feed over many offers: never a price
]
Availability = Literal["available", "limited", "sold_out", "waitlist", "unknown"]
PriceStatus = Literal[
    "priced",
    "contact_sales",
    "not_offered",
    "no_price_stated",
    "missing",  # a price belongs here and the source has none: a fault
]
Expect = Literal["", "html", "json", "csv", "yaml", "js"]
# blocked: this machine was not let in (a challenge, a refusal, another country's page). moved: the page is elsewhere.
FailureKind = Literal["failed", "needs_key", "robots_denied", "layout", "too_many", "blocked", "moved"]

LARGEST_IN_MEMORY = 512 << 20  # bytes of a page that is read as a whole
# Charsets a page may declare; others (idna, unicode_escape ...) are Python's own and never meant.
_CHARSET = re.compile(r"charset=[\"']?(utf-?(?:8|16(?:le|be)?)|iso-8859-\d+|windows-125\d|us-ascii)\b", re.IGNORECASE)


class ScrapeError(Exception):
    """An error that the pipeline must report: the message says what, where and what to do."""

    def __reduce__(self) -> tuple[Callable[..., ScrapeError], tuple[object, ...]]:
        """Let it be raised in another process: most are made from more than their message."""
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[ScrapeError], arguments: tuple[object, ...], facts: dict[str, object]) -> ScrapeError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(facts)
    return error


class FetchError(ScrapeError):
    """The page could not be fetched (network, status, limits, robots). Retrying later may help.

    `status` is the HTTP status, where a response arrived; `answer` begins the text that came with a refusal. It may
    hold anything, an echoed key too: it is read, never written. `may_pass`: the host was busy or out of reach, which
    says nothing about the page itself.
    """

    def __init__(
        self, message: str, kind: FailureKind = "failed", status: int | None = None, answer: str = "",
        *, may_pass: bool = False,
    ) -> None:  # fmt: skip
        self.kind, self.status, self.answer, self.may_pass = kind, status, answer, may_pass
        super().__init__(message)


class LayoutError(ScrapeError):
    """The page arrived, but not in a layout this parser knows. Retrying cannot help; a maintainer must look.

    `looked_for` is the selector, key or text that was missing; `excerpt` is the text at its place.
    """

    def __init__(self, page: Page, looked_for: str, excerpt: str = "") -> None:
        self.url, self.looked_for, self.excerpt = page.url, looked_for, clip(excerpt)
        instead = f"; saw: {self.excerpt!r}" if excerpt else ""
        whose = f"{page.provider}: " if page.provider else ""
        super().__init__(f"{whose}unknown layout at {page.url}: looked for {looked_for}{instead}")


class NoPublicPrice(ScrapeError):
    """The page states, in a recognised way, that there is no public price: a fact, not a failure."""

    def __init__(self, page: Page, evidence: str) -> None:
        self.url, self.evidence = page.url, clip(evidence)
        super().__init__(f"{page.provider}: no public price at {page.url}: the page says {self.evidence!r}")


def clip(text: str, limit: int = 200) -> str:
    """Return one line of at most `limit` printable characters: safe for logs, receipts and terminals."""
    printable = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Request:
    """One page to fetch. `source` names the feed inside the provider; sources are never spliced."""

    url: str
    source: str
    browser: bool = False  # True: run the page's JavaScript in Chromium and take the resulting HTML
    wait_for: str = ""  # CSS selector that must exist before a browser page is read
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    ends_with: str = ""  # a page without this end (whitespace stripped) was cut off
    max_bytes: int = 64 * 1024 * 1024  # after decompression
    timeout: float = 60.0  # seconds for the whole response
    is_index: bool = False  # True: only leads to other pages (`Provider.follow`), holds no offers
    # True: the address names one version of a list, whose bytes never change and mean the same on every day. Once it
    # is archived it is not asked for again, and once it is landed it is not parsed again by the same parsers.
    is_version: bool = False
    expect: Expect = ""  # kind of response; empty: by the URL's suffix, the Accept header, else by the content
    # Other addresses of the same thing, asked in turn where this one leads to no offers; the first that does is used.
    alternatives: tuple[Request, ...] = ()


PACKED = (".gz", ".zst")  # suffixes of files that `open_packed` unpacks


def open_packed(path: Path) -> IO[bytes]:
    """Open a file of bytes that may be packed with gzip or Zstandard, by its suffix."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix == ".zst":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd  # only who opens an archived page waits for it
        return cast("IO[bytes]", zstd.open(path))
    return path.open("rb")


@dataclass(frozen=True, slots=True)
class Page:
    """One response, unchanged. Either `content` (bytes) or `path` (a file; .gz and .zst are unpacked) holds it."""

    provider: str
    url: str
    captured_at: datetime  # UTC, aware
    source: str = ""
    content: bytes | None = None
    path: Path | None = None
    final_url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    fetched_by: Literal["http", "browser", "replay-http", "replay-browser", "file"] = "http"
    is_excerpt: bool = False  # a recorded cut: a missing end is normal
    is_sample: bool = False  # rebuilt by hand: the provider never served these bytes
    is_index: bool = False  # as in its Request: only leads to other pages
    # Of an archived page: whether its bytes are all there, only the lines that were read (of a list whose hash is
    # `sha256`; theirs is `lines_sha256`), or only the record of it.
    kept: Literal["whole", "lines", "removed"] = "whole"
    lines_sha256: str = ""
    instead_of: str = ""  # the addresses that were asked before this one, and why they were not used

    def open(self) -> IO[bytes]:
        """Open a binary stream of the page, for parsers of pages too large to hold."""
        if self.content is not None:
            return io.BytesIO(self.content)
        if self.path is None:
            raise ValueError(f"page {self.url} has neither content nor path")
        return open_packed(self.path)

    def read(self) -> bytes:
        """Return the whole page as bytes. Raises LayoutError for one too large for that, once unpacked."""
        with self.open() as stream:
            content = stream.read(LARGEST_IN_MEMORY + 1)
        if len(content) > LARGEST_IN_MEMORY:
            raise LayoutError(self, f"at most {LARGEST_IN_MEMORY >> 20} MiB")
        return content

    def text(self) -> str:
        """Return the whole page as text: UTF-8 where it is, else the charset its headers declare.

        Bytes that neither can decode become U+FFFD. UTF-8 goes first since pages that say Latin-1 often are
        UTF-8, and text in another charset is practically never valid UTF-8 by accident.
        """
        data = self.read()
        declared = _CHARSET.search(self.headers.get("content-type", ""))
        charsets = ["utf-8-sig", declared[1].lower()] if declared else ["utf-8-sig"]
        for charset in reversed(charsets) if b"\0" in data[:200] else charsets:
            try:
                return data.decode(charset)
            except UnicodeDecodeError:
                continue
        return data.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that returned no page, and why; the other requests went on."""

    request: Request
    error: str  # says what, where and what to do; contains no keys
    kind: FailureKind = "failed"
    status: int | None = None  # HTTP status, where a response arrived
    answer: str = ""  # the beginning of a refusal's text: read by `Provider.ask_again`, never written


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price for one product, copied from the page: nothing here is normalised, divided or guessed.

    Absent facts are empty or None. `price` keeps the page's own digits; `text` is what it was read from.
    """

    source: str  # the feed: "price_list", "pricing_page", ...
    pricing_model: PricingModel
    price: Decimal | None  # None: see price_status
    price_unit: PriceUnit | Literal[""]
    text: str  # the words the price was read from: the receipt
    instance: str = ""  # SKU or instance type
    gpu_label: str = ""  # as printed; empty when only the instance type tells
    gpu_count: Decimal | None = None  # as printed; may be a fraction
    gpu_memory: str = ""  # as printed, with its unit: "80 GB", "22888 MiB"
    gpu_memory_is_total: bool = False  # True: for all GPUs of the instance together
    region: str = ""  # region, as printed; the zone where only that is printed
    zone: str = ""  # where both are printed
    term_months: int | None = None  # of a reservation, where printed
    upfront: Literal["", "none", "partial", "all"] = ""
    upfront_price: Decimal | None = None  # paid once per term, on top of `price`, in the unit of the offer's instance
    currency: str = "USD"  # ISO 4217; empty where the source states none: then nobody knows what it costs
    price_scope: PriceScope = "instance"
    price_status: PriceStatus = "priced"
    availability: Availability = "unknown"
    effective_from: date | None = None  # announced start, where printed
    effective_until: date | None = None  # the last day on which the price applies, where an end is printed
    # Of the machine with all its GPUs, where printed: never a share of it.
    vcpus: Decimal | None = None
    ram_gb: Decimal | None = None  # GB or GiB as printed; MiB / 1024, MB / 1000
    local_disk_gb: Decimal | None = None  # disks inside the machine together, not attached volumes
    interconnect: str = ""  # between machines, as printed
    max_gpu_count: int | None = None  # of a price per GPU: how many can be rented in one machine, where stated
    product: str = ""  # what the section sells (machine, cluster, container, endpoint, serverless), where it says so
    is_floor: bool = False  # the lowest of several prices: "from $2"


# What a host charges for: tokens read, made, read again from its cache, put into it, and both in a batch job.
TokenKind = Literal["input", "output", "cached_input", "cache_write", "batch_input", "batch_output"]
TokenUnit = Literal["token", "k_tokens", "m_tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPrice:
    """One price per token of a model at a host, copied from a published list: nothing is converted or guessed."""

    host: str  # the seller, as the list calls it
    model: str  # the model, as the list calls it
    kind: TokenKind
    price: Decimal  # USD per unit, with the list's own digits
    unit: TokenUnit
    text: str  # the words the price was read from: the receipt
    above_tokens: int = 0  # only for prompts longer than this
    hours_utc: str = ""  # the only hours of the day at which it applies: "16:30-00:30"
    effective_from: date | None = None  # where the list dates it
    is_deprecated: bool = False  # the list says that the host phases the model out
    context_tokens: int | None = None  # limits of the model, as the list states them: a price may be one, misread
    output_limit: int | None = None
    host_url: str = ""  # the host's own page of prices, where the list names it


def is_day(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar: 2026, 2026-04 or 2026-04-01."""
    if not re.fullmatch(r"[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?", text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured throughput of a language model on a server, copied from a published list, with its settings.

    Absent facts are None. Names are the columns of files of throughput (docs/cost-model.md).
    """

    model: str
    gpu: str  # as printed
    n_gpus: int  # that the throughput was measured on
    precision: str  # of the weights, as printed; empty: not stated
    isl: Decimal  # mean tokens of a prompt
    osl: Decimal  # mean tokens that are made
    out_tps_per_gpu: Decimal  # tokens made per second and GPU
    text: str  # the words that the figure was read from: the receipt
    isl_low: Decimal | None = None  # bounds of isl, where the source states none and it is known so far alone
    isl_high: Decimal | None = None
    software: str = ""
    date: str = ""  # of the run or of its publication: 2026-04-01 or 2026-04
    tp: int | None = None
    pp: int | None = None
    ep: int | None = None
    dp_attn: str = ""  # "true", "false" or a number of ranks
    kv_dtype: str = ""
    concurrency: Decimal | None = None
    drafts: int | None = None  # tokens guessed per step
    scenario: str = ""  # how requests arrive: mlperf_offline, concurrency
    ttft_s: Decimal | None = None
    tpot_s: Decimal | None = None
    extra: str = ""  # further settings in the words of files of throughput: open; disaggregated
    receipt_url: str = ""  # the run's own page, where the list names it


@dataclass(frozen=True, slots=True)
class Hints:
    """Facts of a provider's pages for a reader that goes by meaning: none of them is a layout."""

    source: str = "pricing_page"
    currency: str = ""  # of amounts that state none
    time: str = ""  # the unit of time of prices that state none: "hour"
    region: str = ""
    # For the account of a layout: amounts that it leaves out on purpose, as (pattern, why). Fields go by path
    # and value ("$.offers.dph_base=1.5", without places in lists), rows by what stands beside the amount ("type=Spot").
    fields_left_out: tuple[tuple[str, str], ...] = ()
    rows_left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What a source really does, with the day on which it did and how we know: `docs/sources.md` lists them."""

    topic: Literal["address", "unit", "paging", "currency", "trap", "terms"]
    text: str
    seen_on: str  # ISO day
    evidence: str  # a page, a recorded answer, public code


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: where its prices are, how to parse them, and what a reader should know about the source."""

    slug: str  # file name, asset name and folder of captures
    name: str  # as people write it
    requests: tuple[Request, ...]  # where a refresh starts
    parse: Callable[[Page], Iterable[Offer]]  # pure; or scrapers.reading ByMeaning
    follow: Callable[[Page], Iterable[Request]] | None = None  # further requests found in a page; pure
    # Of a page that is a list too large to keep: its bytes cut down to the lines that `parse` reads, from which it
    # reads the same; None where it is no such list. Pure.
    excerpt: Callable[[Page], Iterable[bytes] | None] | None = None
    # What to ask instead of a request, by the text of its answer ("Cannot query field"); None: nothing. Pure.
    ask_again: Callable[[Request, str], Request | None] | None = None
    page_sizes: tuple[int, ...] = ()  # rows at which its host cuts an answer without a word
    access: str = ""  # "bulk files", "public API", "HTML page", ...
    publishes: str = ""  # "on-demand, spot, reserved 1y/3y"
    units: str = ""  # "per instance-hour"
    note: str = ""  # what a reader should know about the source
    hosts: tuple[str, ...] = ()  # further hosts that redirects and links may lead to
    # Whose prices it shows: its own, its hosts', other clouds'.
    kind: Literal["provider", "marketplace", "aggregator"] = "provider"
    aliases: tuple[str, ...] = ()  # slugs it had before
    # What the parser was written from: recorded pages, a documented schema, or nothing yet. Offers of the last kind are
    # published only after a person has reviewed them (`gpuhour providers accept`).
    basis: Literal["recorded", "documented", "unverified"] = "recorded"
    terms: str = ""  # what robots.txt and the terms of use say about scraping it, if anything
    hints: Hints = Hints()  # for reading by meaning, where the layout fails or there is none
    facts: tuple[Fact, ...] = ()  # what one must know of its source, dated and with evidence (source_facts.csv)
    expects: tuple[str, ...] = ()  # GPU models that a complete scrape always includes: a missing one raises an alarm
    # Where the page of its first request was before (from former_urls.csv): only an archive still has it there.
    former_urls: tuple[str, ...] = ()
