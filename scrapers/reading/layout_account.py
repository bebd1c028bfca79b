"""The account of a page that a provider's own layout has read: what became of each amount that the general reader finds.

An amount that the layout did not read is explained only where the page, the provider's hints or an amount beside it that
was read says what it is. All else that looks like a price stays unexplained.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from scrapers.model import Hints, Offer, Page, Provider
from scrapers.parsing import embedded_json
from scrapers.parsing.text import BOUND
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.account import Account, Entry
from scrapers.reading.documents import kind, script_values
from scrapers.reading.json_fields import key_words, number_of
from scrapers.reading.reader import read_page

log = logging.getLogger("gpuhour.reading")
_CLOSE: Final = Decimal("0.002")  # a printed price per GPU is rounded
_SCALES: Final = (2, 3, 8)  # decimal places by which data counts money: cents, thousandths, hundred-millionths
_SWITCHES: Final = frozenset({"enabled", "is enabled", "active", "is active", "visible"})
_OTHER_WORDS: Final = frozenset({"price", "cost", "rate", "per", "hour", "hourly", "spot", "is", "has", "available"})
_CURRENCY: Final = re.compile(r"\.([A-Z]{3})(?=\.)")


def read_beside(page: Page, provider: Provider) -> Account | None:
    """Return what the general reader makes of a page; None where it fails.

    It is a check beside the layout's reading, and must not cost its prices.
    """
    try:
        return read_page(page, provider.hints)
    except Exception:
        log.exception("%s: no account of %s", provider.slug, page.url)
        return None


def account_of(page: Page, provider: Provider, offers: tuple[Offer, ...], general: Account | None) -> Account:
    """Return the account of a page that a layout has read: amounts of its offers are emitted, whoever finds them.

    `general` is what `read_beside` returned.
    """
    try:
        entries = _judged(page, provider.hints, offers, general) if general else None
    except Exception:  # as above
        log.exception("%s: no account of %s", provider.slug, page.url)
        entries = None
    if general is None or entries is None:
        return Account(list(offers), faults=["the page could not be accounted for"])
    return Account(list(offers), entries, list(general.faults))


def _judged(page: Page, hints: Hints, offers: tuple[Offer, ...], general: Account) -> list[Entry]:
    """Return the general reader's entries as the layout's offers make them."""
    prices = {o.price.normalize() for o in offers if o.price is not None}
    prices |= {o.upfront_price.normalize() for o in offers if o.upfront_price is not None}
    missed = Counter(
        o.price.normalize() for o in general.offers if o.price is not None and o.price.normalize() not in prices
    )
    entries = [_by_value(entry, prices, missed) for entry in general.entries]
    if all(entry.verdict != "unexplained" for entry in entries):
        return entries
    entries = list(_in_other_units(entries, prices))
    beside: dict[str, set[Decimal]] = defaultdict(set)
    for entry in entries:
        if entry.verdict == "emitted" and entry.value is not None:
            beside[_place(entry.path)].add(entry.value)
    emitted = {entry.path for entry in entries if entry.verdict == "emitted"}
    data = _Data(page)
    shares = {key for o in offers if (key := _per_gpu(o))}
    repeated = {o.price.normalize() for o in general.offers if o.price is not None and _per_gpu(o) in shares}
    unpriced = _names(o for o in offers if o.price is None) - _names(o for o in offers if o.price is not None)
    for i, entry in enumerate(entries):
        if entry.verdict == "unexplained" and (
            reason := _left_out(entry, hints, data.beside(entry.path))
            or _of_one_gpu(entry, beside[_place(entry.path)], offers)
            or ("the same price per GPU, read from another row" if _normal(entry.value) in repeated else "")
            or _in_another_currency(entry, emitted)
            or _not_offered(entry, data.beside(entry.path), unpriced)
            or ("a lower bound, which is no price" if BOUND.search(entry.text) else "")
        ):
            entries[i] = entry._replace(verdict="explained", reason=reason)
    return entries


def _by_value(entry: Entry, prices: set[Decimal], missed: Counter[Decimal]) -> Entry:
    """Return an entry as emitted where an offer has its value, and as unexplained where only the general reader reads it."""
    if entry.value is not None and entry.value.normalize() in prices:
        if entry.verdict == "emitted":
            return entry
        return entry._replace(verdict="emitted", reason="read by the provider's layout")
    if entry.verdict == "emitted" and entry.value is not None and missed[entry.value.normalize()]:
        reason = f"the provider's layout does not read it; it looks like a price of {entry.reason}"
        return entry._replace(verdict="unexplained", reason=reason)
    return entry


def _in_other_units(entries: list[Entry], prices: set[Decimal]) -> Iterator[Entry]:
    """Yield the entries; those of a field that counts money in cents or less are emitted where an offer has the price.

    A field counts so where most of its values do: one value alone may agree by chance.
    """
    fields: dict[str, list[Decimal]] = defaultdict(list)
    for entry in entries:
        if entry.value is not None and entry.path.startswith("$"):
            fields[_field(entry.path)].append(entry.value)
    scales: dict[str, int] = {}
    for field, values in fields.items():
        for scale in _SCALES:
            if sum(v.scaleb(-scale).normalize() in prices for v in values) * 2 > len(values):
                scales[field] = scale
    for entry in entries:
        scale = scales.get(_field(entry.path), 0)
        if (
            scale
            and entry.verdict == "unexplained"
            and entry.value
            and entry.value.scaleb(-scale).normalize() in prices
        ):
            yield entry._replace(verdict="emitted", reason="read by the provider's layout, in smaller units")
        else:
            yield entry


def _left_out(entry: Entry, hints: Hints, beside: dict[str, Any]) -> str:
    """Return why the provider's layout leaves an amount out on purpose, or ""."""
    own = f"{_field(entry.path)}={'' if entry.value is None else format(entry.value, 'f')}"
    for pattern, reason in hints.fields_left_out:
        if re.search(pattern, own):
            return reason
    texts = [entry.reason, *(f"{key}={value}" for key, value in beside.items())]
    for pattern, reason in hints.rows_left_out:
        if any(re.search(pattern, text) for text in texts):
            return reason
    return ""


def _of_one_gpu(entry: Entry, beside: set[Decimal], offers: tuple[Offer, ...]) -> str:
    """Return that an amount is the price per GPU of a machine whose price is read beside it, or "".

    Half of a price may be a spot price: the offer must have that many GPUs, or print the amount as one per GPU in its receipt.
    """
    value = entry.value
    if not value:
        return ""
    printed = re.compile(
        rf"(?<![\d.,]){re.escape(format(value, 'f'))} (?:per|/) ?(?:GPU|accelerator|chip)\b", re.IGNORECASE
    )
    for offer in offers:
        if offer.price is None or offer.price not in beside:
            continue
        n = round(offer.price / value)
        if (
            n > 1
            and abs(offer.price - n * value) <= offer.price * _CLOSE
            and (offer.gpu_count == n or printed.search(offer.text))
        ):
            return f"the price of one of the {n} GPUs whose price is read beside it"
    return ""


def _per_gpu(offer: Offer) -> tuple[object, ...] | None:
    """Return what an offer says of one GPU, or None where it says no price or no number of GPUs."""
    names = mentions(offer.gpu_label, is_label=True)
    count = Decimal(1) if offer.price_unit.startswith("gpu_") else offer.gpu_count
    if offer.price is None or not count or not names:
        return None
    time = offer.price_unit.rpartition("_")[2]
    return names[0].key, offer.pricing_model, offer.term_months, time, (offer.price / count).normalize()


def _names(offers: Iterable[Offer]) -> set[str]:
    return {name for offer in offers for name in (offer.instance, offer.gpu_label) if name}


def _normal(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.normalize()


def _in_another_currency(entry: Entry, emitted: set[str]) -> str:
    """Return that an amount stands under a currency's code where the same price stands under another, or ""."""
    for hit in _CURRENCY.finditer(entry.path):
        lead, rest = entry.path[: hit.start(1)], entry.path[hit.end(1) :]
        if any(
            path.startswith(lead) and path.endswith(rest) and len(path) == len(entry.path) and path != entry.path
            for path in emitted
        ):
            return "the same price in another currency"
    return ""


def _not_offered(entry: Entry, beside: dict[str, Any], unpriced: set[str]) -> str:
    """Return what the data says of an amount's thing: that it is not for rent, or has no price; or ""."""
    words_of = set(key_words(entry.path.rpartition(".")[2]).lower().split()) - _OTHER_WORDS
    for key, value in beside.items():
        words = key_words(key).lower()
        if value is False and (words in _SWITCHES or words_of & (set(words.split()) - _OTHER_WORDS)):
            return f"the data says that it is not for rent: {key} is false"
        if isinstance(value, str) and value in unpriced:
            return "read as an offer without a price"
    return ""


def _field(path: str) -> str:
    """Return a path without places in lists: what the values of one field have in common."""
    return re.sub(r"\[\d+\]", "", path)


def _place(path: str) -> str:
    """Return the path of the object or row that an amount stands in."""
    if path.startswith("$"):
        return path.rpartition(".")[0]
    row = path.rfind("/tr")
    return path[: path.find("/", row + 1)] if row >= 0 else path.rpartition("/")[0]


class _Data:
    """The data of a page, looked at only where an amount of it is in question."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._values: list[Any] | None = None

    def beside(self, path: str) -> dict[str, Any]:
        """Return the scalars of the objects that lead to a value, the nearest counting."""
        if not path.startswith("$"):
            return {}
        if self._values is None:
            text = self._page.text()
            is_data = kind(text) == "json"
            self._values = list(embedded_json.values(text)) if is_data else [v for _, v in script_values(self._page)]
        return next((scalars for v in self._values if (scalars := _scalars_on(v, path[1:])) is not None), {})


def _scalars_on(value: Any, path: str) -> dict[str, Any] | None:
    """Return the scalars of the objects on a path, or None where it leads nowhere."""
    if not path:
        return {} if value is None or not isinstance(value, dict | list) or number_of(value) else None
    if isinstance(value, list):
        hit = re.match(r"\[(\d+)\]", path)
        return _scalars_on(value[int(hit[1])], path[hit.end() :]) if hit and int(hit[1]) < len(value) else None
    if isinstance(value, dict):
        for key, item in value.items():
            lead = f".{key}"
            if path.startswith(lead) and path[len(lead) :][:1] in ("", ".", "["):
                below = _scalars_on(item, path[len(lead) :])
                if below is not None:
                    return {k: v for k, v in value.items() if not isinstance(v, dict | list)} | below
    return None
