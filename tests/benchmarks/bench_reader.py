"""The general reader on long pages of each shape: processor seconds and memory for about a megabyte each.

Run: python -m tests.benchmarks.bench_reader. Prints seconds for a megabyte, of the first reading and of the best of three
(which knows the page's words already), and offers; asserts no times. The aim is half a second for a megabyte.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from scrapers.model import Page
from scrapers.reading.reader import read_page

CARDS = ("NVIDIA H100 SXM 80GB", "NVIDIA A100 PCIe 40GB", "L40S", "RTX 4090", "AMD MI300X", "H200 141GB", "B200",
         "Tesla T4", "A10G", "RTX A6000")  # fmt: skip
PLACES = ("us-east-1", "eu-west-2", "Frankfurt", "Tokyo")


class Row(NamedTuple):
    """A made-up machine and its price in dollars an hour."""

    name: str
    gpu: str
    gpus: int
    vcpus: int
    ram_gb: int
    place: str
    price: float


def rows(count: int) -> list[Row]:
    """Return so many machines, the same ones each time."""
    chance = random.Random(3)
    sizes = [chance.choice((1, 2, 4, 8)) for _ in range(count)]
    return [
        Row(f"g{n}.x{gpus}", chance.choice(CARDS), gpus, 16 * gpus, 64 * gpus, chance.choice(PLACES),
            round(0.2 + 4 * gpus * chance.random(), 2))
        for n, gpus in enumerate(sizes)
    ]  # fmt: skip


def table(machines: list[Row]) -> str:
    """Return a table of machines as HTML."""
    head = "".join(
        f"<th>{title}</th>" for title in ("Instance", "GPU", "GPUs", "vCPU", "RAM", "Region", "Price / hour")
    )
    body = "".join(
        f"<tr><td>{r.name}</td><td>{r.gpu}</td><td>{r.gpus}</td><td>{r.vcpus}</td><td>{r.ram_gb} GB</td>"
        f"<td>{r.place}</td><td>${r.price}</td></tr>"
        for r in machines
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def of_tables(count: int, each: int) -> str:
    """Return a page of machines in tables of `each` rows, below a heading each."""
    made = rows(count)
    parts = (f"<h2>Plan {n}</h2>{table(made[n : n + each])}" for n in range(0, count, each))
    return f"<html><body><h1>GPU pricing</h1>{''.join(parts)}</body></html>"


def of_cards(count: int) -> str:
    """Return a page of a card for each machine."""
    cards = (
        f"<div class=card><h3>{r.gpu}</h3><ul><li>{r.gpus} GPUs</li><li>{r.vcpus} vCPU</li><li>{r.ram_gb} GB RAM</li>"
        f"</ul><div class=price><span>${r.price}</span><span>/hour</span></div><a href=#>Deploy</a></div>"
        for r in rows(count)
    )
    return f"<html><body><h1>GPU cloud pricing</h1><div class=grid>{''.join(cards)}</div></body></html>"


def of_prose(count: int) -> str:
    """Return a page of paragraphs that mention prices in sentences."""
    texts = (
        f"<p>{r.gpus}x {r.gpu} in {r.place}: {r.vcpus} vCPU, {r.ram_gb} GB RAM at ${r.price}/hr on demand, reserved for "
        f"1 year ${r.price / 2:.2f}/hr.</p><p>Our data center in {r.place} offers storage around the clock.</p>"
        for r in rows(count)
    )
    return f"<html><body>{''.join(texts)}</body></html>"


def of_data(count: int) -> str:
    """Return a list of machines as JSON."""
    items = [
        {"id": r.name, "gpu": r.gpu, "gpu_count": r.gpus, "vcpu": r.vcpus, "memory_gb": r.ram_gb, "region": r.place,
         "price_per_hour": r.price, "currency": "USD", "spot": {"price_per_hour": round(0.4 * r.price, 2)}}
        for r in rows(count)
    ]  # fmt: skip
    return json.dumps({"data": items})


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the content of each page, about a megabyte long."""
    yield "one table of 8,200 rows", of_tables(8_200, 8_200)
    yield "410 tables of 20 rows", of_tables(8_200, 20)
    yield "4,200 cards", of_cards(4_200)
    yield "6,000 paragraphs, half with prices", of_prose(3_000)
    yield "data of 4,500 objects", of_data(4_500)


def main() -> None:
    """Print the table."""
    for name, content in pages():
        page = Page("", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=content.encode())
        seconds, offers = [], 0
        for _ in range(3):
            start = time.process_time()
            offers = len(read_page(page).offers)
            seconds.append(time.process_time() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        first, best = (s / len(content) * 1e6 for s in (seconds[0], min(seconds)))
        print(f"{name:36} first {first:5.2f} s/MB, best {best:5.2f} s/MB, {offers:5} offers, so far {peak:4.0f} MiB")


if __name__ == "__main__":
    main()
