"""Scores what a reader made of a page against the key of the page: rows that are required, optional, found, wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from scrapers.model import Offer
from warehouse.identity.gpus import identify_offer

_HOURS = {"second": Decimal(1) / 3600, "minute": Decimal(1) / 60, "hour": Decimal(1), "day": Decimal(24),
          "week": Decimal(168), "month": Decimal(730), "year": Decimal(8760)}  # fmt: skip
COMPARED = ("gpu", "form_factor", "gpu_memory_gb", "gpu_count", "pricing_model", "term_months", "currency")


@dataclass(frozen=True, slots=True)
class Score:
    """Rows of the key that were missed, and rows that the key does not have. `missed` are the required ones alone."""

    n_required: int
    missed: list[dict[str, str]]
    wrong: list[dict[str, object]]


def score(provider: str, offers: Iterable[Offer], key: Path) -> Score:
    """Compare offers with a key: each of its rows matches one offer at most. Rows noted "unsure" are optional."""
    with key.open(newline="") as stream:
        expected = list(csv.DictReader(stream))
    rows = [row(provider, offer) for offer in offers if offer.price is not None]
    left = list(range(len(rows)))
    missed = []
    for wanted in expected:
        hit = next((i for i in left if matches(wanted, rows[i])), None)
        if hit is not None:
            left.remove(hit)
        elif not wanted["note"].startswith("unsure"):
            missed.append(wanted)
    n_required = sum(not wanted["note"].startswith("unsure") for wanted in expected)
    # A part of unknown size has no price per GPU: nothing that could mislead.
    return Score(n_required, missed, [rows[i] for i in left if rows[i]["per_gpu_hour"] is not None])


def row(provider: str, offer: Offer) -> dict[str, object]:
    """Return an offer as a row of a key, its price per GPU-hour in its own currency."""
    identity = identify_offer(provider, offer)
    return {
        "gpu": identity.gpu.model, "form_factor": identity.gpu.form_factor, "gpu_memory_gb": identity.gpu.memory_gb,
        # A price per GPU is per GPU whatever the count.
        "gpu_count": identity.gpu_count or (identity.gpu_part if offer.price_unit.startswith("gpu_") else None),
        "pricing_model": offer.pricing_model, "term_months": offer.term_months or 0,
        "currency": offer.currency, "per_gpu_hour": _per_gpu_hour(offer, identity.gpu_count, identity.gpu_part),
        "instance": offer.instance,
    }  # fmt: skip


def matches(wanted: Mapping[str, str], read: Mapping[str, object]) -> bool:
    """Return whether a row that was read is one of the key."""
    note = wanted["note"]
    native = re.search(r"native_per_gpu_hour=([\d.]+)", note)
    price = wanted["price_native"] if wanted["price_scope"] == "gpu_component" else wanted["usd_per_gpu_hour"]
    if not _same(read["per_gpu_hour"], native[1] if native else price):
        return False
    for column in COMPARED:
        allowed = _accepted(note, column)
        is_open = column == "gpu_memory_gb" and (read[column] is None or "mem=known" in note)
        values = [wanted[column] or ("0" if column == "term_months" else ""), *allowed]
        if (
            not is_open
            and "(any)" not in allowed
            and not any(_same(read[column], "" if value == "(empty)" else value) for value in values)
        ):
            return False
    return True


def _accepted(note: str, column: str) -> list[str]:
    hit = re.search(rf"accept:{column}=([^;]*)", note)
    return [value.strip() for value in hit[1].split("|")] if hit else []


def _same(read: object, wanted: str) -> bool:
    try:
        left, right = Decimal(str(read)), Decimal(wanted)
    except InvalidOperation:
        return str(read or "").lower() == wanted.lower()
    return abs(left - right) <= max(abs(right) * Decimal("0.0005"), Decimal("0.000002"))


def _per_gpu_hour(offer: Offer, count: Decimal | None, part: Decimal | None) -> Decimal | None:
    unit, _, time = offer.price_unit.rpartition("_")
    hours = Decimal(730) * (offer.term_months or 0) if offer.price_unit == "term_total" else _HOURS.get(time)
    if not hours or offer.price is None:
        return None
    per_hour = offer.price / hours
    if unit == "gpu":
        return per_hour / part if part else None
    return per_hour / count if count else None
