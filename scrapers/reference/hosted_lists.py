"""Published lists of what hosts charge per token, which others compile and check: fetched daily like any feed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from scrapers.model import HostedPrice, LayoutError, Offer, Page, Provider, Request, TokenKind, clip
from scrapers.parsing.json_stream import documents

SOURCE = "hosted_prices"
MOST_PRICES = 200_000  # of a list; the largest has a tenth
_MOST_BYTES = 32 * 1024 * 1024
_MOST_TIERS = 20  # of one price
_LONGEST_NAME = 200  # characters
_LARGEST = Decimal(10) ** 9  # USD per unit: beyond this no column holds it, and nothing costs it
_SMALLEST = -30  # power of ten of the last digit that is read
_MOST_TOKENS = 10**12
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MADE_OF_TEXT = {"", "chat", "completion", "responses"}  # modes of litellm's map whose tokens are words
Facts = Mapping[str, Any]
Entry = tuple[str, Iterator[HostedPrice]]  # a model's name and its prices, which are read one model at a time


def _no_offers(_: Page) -> list[Offer]:
    return []


def _list(slug: str, name: str, url: str) -> Provider:
    request = Request(url, SOURCE, expect="json", max_bytes=_MOST_BYTES)
    return Provider(
        slug, name, (request,), _no_offers, access="public JSON", publishes="hosts' list prices per token",
        units="per token or million tokens",
    )  # fmt: skip


# Raw files of the repositories' main branches: the address that genai-prices' own updater asks, models.dev's API, and
# the map that litellm itself loads.
GENAI_PRICES = _list(
    "genai-prices", "genai-prices (Pydantic)",
    "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json",
)  # fmt: skip
MODELS_DEV = _list("models.dev", "models.dev", "https://models.dev/api.json")
LITELLM = _list(
    "litellm", "litellm (BerriAI)",
    "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
)  # fmt: skip
ALL = (GENAI_PRICES, MODELS_DEV, LITELLM)


def prices(page: Page) -> tuple[list[HostedPrice], dict[str, str]]:
    """Return the prices of a list, and the models of which some were refused, with the reason.

    Raises LayoutError where the page is not the list, or holds no price at all.
    """
    usable: list[HostedPrice] = []
    refused: dict[str, str] = {}
    try:
        for document in documents(page):
            for model, stated in _READERS[page.provider](page, document):
                _read_model(model, stated, usable, refused)
    except _MALFORMED as broken:
        raise LayoutError(page, f"the list of {page.provider}", repr(broken)) from broken
    if len(usable) > MOST_PRICES:
        raise LayoutError(page, f"a list of at most {MOST_PRICES:,} prices", f"{len(usable):,}")
    if not usable:
        raise LayoutError(page, "prices per token of hosted models", page.text()[:300])
    return usable, refused


def _read_model(model: str, stated: Iterator[HostedPrice], usable: list[HostedPrice], refused: dict[str, str]) -> None:
    """Add one model's prices to `usable`; one that is malformed or out of bounds is refused alone."""
    try:
        for price in stated:
            if why := _fault(price):
                refused[model] = f"{clip(model, 60)}: {why}"
            else:
                usable.append(_tidy(price))
    except _MALFORMED as broken:
        refused[model] = f"{clip(model, 60)}: cannot be read: {clip(repr(broken), 100)}"


def _fault(price: HostedPrice) -> str:
    """Return why an entry cannot be a price, whatever a list says; empty where it can be one."""
    for name, text in (("host", price.host), ("model", price.model)):
        # A host may be unnamed: litellm's map leaves some of its entries without one.
        if not (text or name == "host") or len(text) > _LONGEST_NAME or _CONTROL.search(text):
            return f"{name} {clip(text, 40)!r} is no name of up to {_LONGEST_NAME} printable characters"
    if not price.price.is_finite() or abs(price.price) > _LARGEST:
        return f"price {clip(str(price.price), 40)} is beyond {_LARGEST:,}"
    exponent = cast("int", price.price.as_tuple().exponent)
    if exponent < _SMALLEST:
        return f"price {clip(str(price.price), 40)} has digits beyond the thirtieth place"
    if price.effective_from and not date(2020, 1, 1) <= price.effective_from <= date(2199, 12, 31):
        return f"effective_from {price.effective_from} is not between 2020 and 2199"
    return ""


def _tidy(price: HostedPrice) -> HostedPrice:
    is_web = urlsplit(price.host_url).scheme in ("http", "https") and len(price.host_url) <= 500
    return replace(price, text=clip(price.text), host_url=price.host_url if is_web else "")


def _number(value: Any) -> Decimal | None:
    """Return a figure; None where there is none. Words are none: litellm's sample states its limits in prose."""
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _tokens(value: Any) -> int | None:
    """Return a limit in tokens; None where none is stated, or none that a model could have."""
    number = _number(value)
    return int(number) if number is not None and number.is_finite() and 0 < number <= _MOST_TOKENS else None


def _threshold(value: Any) -> int:
    """Return the prompt length above which a tier begins. Raises ValueError: a price of nobody knows which tier."""
    number = _number(value)
    if number is None or not number.is_finite() or not 0 <= number <= _MOST_TOKENS:
        raise ValueError(f"a tier begins at no number of tokens: {clip(str(value), 40)}")
    return int(number)


def _kinds(entry: Facts, names: Mapping[str, TokenKind]) -> Iterator[tuple[str, TokenKind, Any]]:
    yield from ((name, kind, entry[name]) for name, kind in names.items() if entry.get(name) is not None)


# -- genai-prices: a list of hosts, each with models, each with prices that may be dated, tiered or for some hours -----

_GENAI: dict[str, TokenKind] = {
    "input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
}  # fmt: skip
_IN_BATCH: dict[TokenKind, TokenKind] = {"input": "batch_input", "output": "batch_output"}


def _of_genai_prices(_: Page, document: Any) -> Iterator[Entry]:
    for host in document:
        for sold in host["models"]:
            yield str(sold["id"]), _genai_model(host, sold)


def _genai_model(host: Facts, sold: Facts) -> Iterator[HostedPrice]:
    urls = host.get("pricing_urls") or [""]
    blank = HostedPrice(
        host=str(host["id"]), model=str(sold["id"]), kind="input", price=Decimal(0), unit="m_tokens", text="",
        is_deprecated=bool(sold.get("deprecated")), context_tokens=_tokens(sold.get("context_window")),
        host_url=str(urls[0]),
    )  # fmt: skip
    stated = sold["prices"] if isinstance(sold["prices"], list) else [{"prices": sold["prices"]}]
    for one in stated:
        yield from _genai_card(replace(blank, **_genai_when(one)), one["prices"], in_batch=False)
    for variant in sold.get("price_variants") or ():
        if variant.get("when") == {"processing": "batch"}:
            yield from _genai_card(replace(blank, **_genai_when(variant)), variant["prices"], in_batch=True)


def _genai_when(one: Facts) -> dict[str, Any]:
    """Return the first day, or the hours, of a price."""
    when = one.get("constraint") or {}
    if day := when.get("start_date"):
        return {"effective_from": date.fromisoformat(day)}
    if begins := when.get("start_time"):
        return {"hours_utc": f"{str(begins)[:5]}-{str(when['end_time'])[:5]}"}
    return {}


def _genai_card(blank: HostedPrice, card: Facts, *, in_batch: bool) -> Iterator[HostedPrice]:
    for name, kind, value in _kinds(card, _GENAI):
        if in_batch and kind not in _IN_BATCH:
            continue
        tiers = value.get("tiers") or [] if isinstance(value, dict) else []
        if len(tiers) > _MOST_TIERS:
            raise ValueError(f"{clip(blank.model, 60)} has {len(tiers)} tiers")
        steps = [(0, value["base"] if isinstance(value, dict) else value)]
        steps += [(_threshold(tier["start"]), tier["price"]) for tier in tiers]
        for above, step in steps:
            if (price := _number(step)) is not None:
                words = f"{'batch ' if in_batch else ''}{name}: {price}" + (f" above {above}" if above else "")
                kinds = _IN_BATCH[kind] if in_batch else kind
                yield replace(blank, kind=kinds, price=price, above_tokens=above, text=words)


# -- models.dev: hosts by id, their models by id, a cost in USD per million tokens -------------------------------------

_MODELS_DEV: dict[str, TokenKind] = {
    "input": "input", "output": "output", "cache_read": "cached_input", "cache_write": "cache_write",
}  # fmt: skip


def _of_models_dev(_: Page, document: Any) -> Iterator[Entry]:
    for host, about in document.items():
        for model, sold in about["models"].items():
            yield model, _models_dev_model(host, about, model, sold)


def _models_dev_model(host: str, about: Facts, model: str, sold: Facts) -> Iterator[HostedPrice]:
    cost, limit = sold.get("cost") or {}, sold.get("limit") or {}
    blank = HostedPrice(
        host=host, model=model, kind="input", price=Decimal(0), unit="m_tokens", text="",
        is_deprecated=sold.get("status") == "deprecated", context_tokens=_tokens(limit.get("context")),
        output_limit=_tokens(limit.get("output")), host_url=str(about.get("doc") or ""),
    )  # fmt: skip
    for above, card in _models_dev_tiers(cost, model):
        for name, kind, value in _kinds(card, _MODELS_DEV):
            if (price := _number(value)) is not None:
                words = f"{name}: {price}" + (f" above {above}" if above else "")
                yield replace(blank, kind=kind, price=price, above_tokens=above, text=words)


def _models_dev_tiers(cost: Facts, model: str) -> Iterator[tuple[int, Facts]]:
    """Yield prompt lengths with the cost above them; the older key for 200,000 only where there are no tiers."""
    yield 0, cost
    tiers = cost.get("tiers") or []
    if len(tiers) > _MOST_TIERS:
        raise ValueError(f"{clip(model, 60)} has {len(tiers)} tiers")
    for tier in tiers:
        if tier["tier"].get("type") == "context":
            yield _threshold(tier["tier"]["size"]), tier
    if not tiers and (above := cost.get("context_over_200k")):
        yield 200_000, above


# -- litellm: models by name, which often begins with the host; USD per token ------------------------------------------

_LITELLM: dict[str, TokenKind] = {
    "input_cost_per_token": "input", "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input", "cache_creation_input_token_cost": "cache_write",
    "input_cost_per_token_batches": "batch_input", "output_cost_per_token_batches": "batch_output",
}  # fmt: skip
_ABOVE = re.compile(r"(\w+?)_above_(\d{1,6})k_tokens")


def _of_litellm(page: Page, document: Any) -> Iterator[Entry]:
    today = page.captured_at.date().isoformat()
    for model, sold in document.items():
        if model != "sample_spec":
            yield model, _litellm_model(model, sold, today)


def _litellm_model(model: str, sold: Facts, today: str) -> Iterator[HostedPrice]:
    if str(sold.get("mode") or "") not in _MADE_OF_TEXT:
        return
    blank = HostedPrice(
        host=str(sold.get("litellm_provider") or ""), model=model, kind="input", price=Decimal(0), unit="token",
        text="", is_deprecated="" < str(sold.get("deprecation_date") or "") <= today,
        context_tokens=_tokens(sold.get("max_input_tokens")), output_limit=_tokens(sold.get("max_output_tokens")),
        host_url=str(sold.get("source") or ""),
    )  # fmt: skip
    for name, above, kind, value in _litellm_fields(sold, model):
        if (price := _number(value)) is not None:
            yield replace(blank, kind=kind, price=price, above_tokens=above, text=f"{name}: {price}")


def _litellm_fields(sold: Facts, model: str) -> Iterator[tuple[str, int, TokenKind, Any]]:
    """Yield name, prompt length above which it holds, kind and value of every price of a model."""
    for name, value in sold.items():
        if name in _LITELLM:
            yield name, 0, _LITELLM[name], value
        elif (hit := _ABOVE.fullmatch(name)) and hit[1] in _LITELLM:
            yield name, int(hit[2]) * 1000, _LITELLM[hit[1]], value
    tiers = sold.get("tiered_pricing") or []
    if len(tiers) > _MOST_TIERS:
        raise ValueError(f"{clip(model, 60)} has {len(tiers)} tiers")
    for tier in tiers:
        for name, kind, value in _kinds(tier, _LITELLM):
            if "range" in tier:  # without one nobody knows for which prompts it is
                yield f"{name} of {tier['range']}", _threshold(tier["range"][0]), kind, value


_READERS: dict[str, Callable[[Page, Any], Iterator[Entry]]] = {
    GENAI_PRICES.slug: _of_genai_prices, MODELS_DEV.slug: _of_models_dev, LITELLM.slug: _of_litellm,
}  # fmt: skip
