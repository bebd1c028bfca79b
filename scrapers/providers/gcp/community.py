"""Reads the community file pricing.yml (Cyclenerd): all-in prices of machine types per region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from statistics import median
from typing import Any

import yaml

from scrapers.model import LayoutError, Offer, Page, PriceUnit, PricingModel
from scrapers.parsing.machine_facts import machine_facts
from scrapers.providers.gcp.cells import ACCELERATOR

# `month` and `month_spot` are 730 times the hourly figures: the same prices again.
FIGURES: dict[str, tuple[PricingModel, int | None, PriceUnit]] = {
    "hour": ("on_demand", None, "instance_hour"),
    "hour_spot": ("spot", None, "instance_hour"),
    "month_1y": ("reserved", 12, "month"),
    "month_3y": ("reserved", 36, "month"),
}
_MACHINE = 4  # spaces before a machine's name, under compute and instance
_HOST_PARTS = {"cost", "cpu", "ram", "local-ssd", "type"}


def offers(page: Page) -> Iterator[Offer]:
    """Yield the offers of every accelerator machine. Raises LayoutError without compute.instance.

    A total that lacks the GPU (the file once priced a machine in a region where its GPU is not sold) is far below
    the same machine elsewhere; such a region's figures are passed on without a price.
    """
    for machine, facts in _machines(page).items():
        if not ACCELERATOR.fullmatch(machine):
            continue
        costs = {region: figures for region, figures in _mapping(facts.get("cost")).items() if _mapping(figures)}
        hours = [hour for f in costs.values() if (hour := _decimal(f.get("hour", "")))]
        floor = median(hours) / 2 if hours else Decimal(0)
        for region, figures in costs.items():
            whole = (_decimal(figures.get("hour", "")) or 0) >= floor
            yield from _offers(page.source or "community_list", machine, facts, region, figures, whole)


def _machines(page: Page) -> Mapping[str, dict[str, Any]]:
    text = page.text()
    whole_lines = text[: text.rfind("\n") + 1]  # a number cut in the middle would still look like one
    try:
        # The base loader leaves every scalar a string, so that prices keep their digits.
        tree = yaml.load(_accelerated_part(whole_lines), Loader=yaml.CBaseLoader)  # noqa: S506 - strings, lists, dicts
        machines = _mapping(tree["compute"]["instance"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise LayoutError(page, "YAML with compute.instance", whole_lines[:200]) from error
    if not machines:
        raise LayoutError(page, "machines under compute.instance", whole_lines[-200:])
    return {name: facts for name, facts in machines.items() if isinstance(facts, dict)}


def _accelerated_part(text: str) -> str:
    """Drop the content of plain machines: parsing the whole file as YAML takes six times as long."""
    if not re.search(r"^compute:\n(?:  .*\n)*?  instance:\n    \S", text, re.MULTILINE):
        return text  # indented in another way
    kept, is_wanted = [], True
    for line in text.splitlines(keepends=True):
        depth = len(line) - len(line.lstrip(" "))
        if depth <= _MACHINE:
            is_wanted = depth < _MACHINE or ACCELERATOR.fullmatch(line.strip().rstrip(":")) is not None
        if is_wanted or depth <= _MACHINE:
            kept.append(line)
    return "".join(kept)


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return the value, or an empty mapping where a cut left a key without its value."""
    return value if isinstance(value, dict) else {}


def _offers(
    source: str, machine: str, facts: dict[str, Any], region: str, figures: dict[str, str], whole: bool
) -> Iterator[Offer]:
    gpus = {name: n for name, n in facts.items() if name not in _HOST_PARTS and str(n).isdigit()}
    name, n = next(iter(gpus.items())) if len(gpus) == 1 else ("", "")
    for figure, (model, term, unit) in FIGURES.items():
        amount = _decimal(figures.get(figure, ""))
        if amount is None:
            continue
        yield Offer(
            source=source,
            pricing_model=model,
            price=amount if whole else None,
            price_unit=unit if whole else "",
            price_status="priced" if whole else "no_price_stated",
            instance=machine,
            gpu_label=name,
            gpu_count=Decimal(n) if n else None,
            region=region,
            term_months=term,
            text=f"{machine} {region} {figure}: {figures[figure]}",
            **machine_facts(vcpus=facts.get("cpu"), ram_gb=facts.get("ram"), disk_gb=facts.get("local-ssd")),
        )


def _decimal(text: object) -> Decimal | None:
    """Read an amount; None where the file has none (or zero, or something that is not a number)."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None
