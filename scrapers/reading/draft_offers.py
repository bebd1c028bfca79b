"""Turns settled drafts into offers, with the evidence of each."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from scrapers.model import Hints, Offer, clip
from scrapers.parsing.machine_facts import MachineFacts, disks_gb, gigabytes, machine_facts
from scrapers.parsing.text import count_prefix
from scrapers.reading.accelerator_names import is_singular, mentions
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.units import Rate


def per(rate: Rate) -> str:
    """Return the name of a price unit in an offer."""
    if rate.time == "term":
        return "term_total"
    if rate.is_per_gpu:
        return f"gpu_{rate.time}"
    return rate.time if rate.time in ("day", "week", "month", "year") else f"instance_{rate.time}"


def offer_of(d: Draft, hints: Hints) -> Offer:
    evidence = "; ".join(f"{what}: {where}" for what, where in d.reasons.items() if where)
    printed, label = count_prefix(d.label)
    count = printed if printed is not None else d.count
    is_type = not is_singular(d.label)
    name = d.label if is_type and d.record.kind == "object" else d.instance or _named(label, count)
    facts = _facts(*(d.facts.get(kind, "") for kind in ("vcpu", "ram", "disk", "network")))
    for_floor = d.is_floor and d.status == "priced"
    return Offer(
        source=hints.source,
        instance=clip(f"{name}{f', {d.band}' if d.band else ''}", 300),
        gpu_label=clip(label, 200),
        gpu_count=count if count is not None or is_type else Decimal(1),  # a name in the singular means one
        gpu_memory=clip(d.memory, 60),
        gpu_memory_is_total=d.memory_is_total,
        region=clip(d.region, 100) or hints.region,
        pricing_model=d.model,
        term_months=d.term if d.model == "reserved" else None,
        price=d.amount.value if d.status == "priced" else None,
        currency=d.currency if d.status == "priced" else "USD",
        price_unit=per(d.rate) if d.status == "priced" else "",  # type: ignore[arg-type]
        price_status=d.status,
        availability=d.availability,
        effective_from=d.starts,
        product=d.product,
        is_floor=for_floor,
        text=clip(f"{d.label} | {d.title} | {d.cell.text} [{evidence}; at {d.cell.where()}]", 600),
        **facts,
    )


@lru_cache(maxsize=4096)  # machines of a list are of few sizes
def _facts(vcpus: str, ram: str, disks: str, network: str) -> MachineFacts:
    is_between = re.search(r"infiniband|ethernet|\bIB\b|RoCE|EFA", network, re.IGNORECASE)
    return machine_facts(
        vcpus=_first_number(vcpus),
        ram_gb=gigabytes(ram),
        disk_gb=disks_gb(disks),
        interconnect=network[:100] if is_between else "",
    )


def _named(label: str, count: Decimal | None) -> str:
    """Return the name of an offer without one of its own: its label, with the number of GPUs where that is not in it."""
    is_stated = any(m.count is not None for m in mentions(label, is_label=True))
    return label if is_stated or count is None else f"{count}x {label}"


def _first_number(text: str) -> str:
    hit = re.search(r"\d[\d,]*", text)
    return hit[0] if hit else ""
