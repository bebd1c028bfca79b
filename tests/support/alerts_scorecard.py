"""Measures the default alert rules against real history with known real and fake drops: recall, fakes, delay, and all the rest.

`python -m tests.support.alerts_scorecard` imports the history into a home of its own, asks `gpuhour alerts preview --json`, and
prints the card; with a state folder as argument it takes what was imported there. Nothing here is fitted to an entry: an
entry is told when an event names its day, provider, GPU (and memory, where the source knows it) and pricing model.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests.support.reference_data import SHARED

ROOT = Path(__file__).resolve().parents[2]
HISTORY = SHARED / "history"
PRICES = "gpu_price_daily_2011_2024.parquet"
SINCE, UNTIL = "2022-01-01", "2024-12-31"
REAL = ("real_drop", "real_or_correction")
FAKE = ("bad_data", "flapping", "correction", "definition_change")
LEAST = 2.0  # percent: the rules' own threshold
GPUHOUR = [sys.executable, "-c", "import sys; from pipelines.cli.app import main; sys.exit(main())"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A known change of a list price in the ground truth."""

    name: str
    day: str
    provider: str
    gpu: str
    memory: float | None
    pricing_model: str
    term_months: int
    pct: float
    verdict: str

    def is_told_by(self, event: dict[str, Any]) -> bool:
        """Return whether an event of the preview matches this entry."""
        return (
            event["date"] == self.day
            and event["provider"] == self.provider
            and event["gpu"] == self.gpu
            and event["gpu_memory_gb"] in (None, self.memory)
            and event["pricing_model"] == self.pricing_model
            and event["term_months"] in (None, self.term_months)
            and event["pct"] is not None
            and event["pct"] < 0
        )


def entries(path: Path) -> Iterator[Entry]:
    """Read the ground truth: one entry per change."""
    with path.open(newline="") as stream:
        for row in csv.DictReader(stream):
            gpu, _, memory = row["gpu"].partition("-")
            model, _, term = row["pricing_model"].partition("_")
            months = {"1y": 12, "3y": 36}.get(term, 0)
            yield Entry(
                row["event_id"], row["date_new_price_first_seen"], row["provider"], gpu,
                float(memory.removesuffix("GB")) if memory else 80.0, model if months else row["pricing_model"], months,
                float(row["pct_median"]), row["verdict"],
            )  # fmt: skip


def told(home: Path) -> list[dict[str, Any]]:
    """Return the events that the default rules would have notified."""
    command = [*GPUHOUR, "alerts", "preview", "--since", SINCE, "--until", UNTIL, "--json"]
    done = subprocess.run(
        command, check=True, env=os.environ | {"GPUHOUR_HOME": str(home)}, cwd=ROOT, stdout=subprocess.PIPE
    )
    events: list[dict[str, Any]] = json.loads(done.stdout)
    return events


def group_of(event: dict[str, Any]) -> tuple[Any, ...]:
    """Return the group of events that one message covers."""
    return tuple(event[k] for k in ("date", "provider", "gpu", "gpu_memory_gb", "pricing_model", "term_months"))


def became(home: Path, events: list[dict[str, Any]]) -> str:
    """Return what became of a notified price: kept, or taken back, and for how long."""
    with duckdb.connect(str(home / "published.duckdb"), read_only=True) as con:
        rows = con.execute(
            """
            select i.valid_to - i.valid_from, abs(n.usd_per_gpu_hour / i.old_usd_per_gpu_hour - 1) < 0.001
            from v1.price_intervals as i
            left join v1.price_intervals as n on n.series_id = i.series_id and n.valid_from = i.valid_to
            where i.valid_from = ?::date and i.provider = ? and i.gpu = ? and i.instance = ? and i.region = ?
                and i.pricing_model = ? and i.usd_per_gpu_hour < i.old_usd_per_gpu_hour
            order by 1 nulls last limit 1
            """,
            [events[0][k] for k in ("date", "provider", "gpu", "instance", "region", "pricing_model")],
        ).fetchall()
    if not rows:
        return "no longer in the history: its source took it back"
    days, is_back = rows[0]
    return "kept to the end" if days is None else f"{'taken back' if is_back else 'changed again'} after {days} days"


@dataclass(frozen=True, slots=True)
class Card:
    """Results of the rules. Delays: days from the first observation of a price to its notification."""

    real: list[tuple[Entry, dict[str, Any] | None]]
    fake: list[tuple[Entry, dict[str, Any] | None]]
    others: dict[tuple[Any, ...], list[dict[str, Any]]]
    n_events: int
    n_ids: int
    n_twice: int

    @property
    def recall(self) -> float:
        """Share of the real drops that were notified."""
        return sum(e is not None for _, e in self.real) / len(self.real)

    @property
    def fakes(self) -> float:
        """Share of the fake drops that were notified."""
        return sum(e is not None for _, e in self.fake) / len(self.fake)


def score(known: list[Entry], events: list[dict[str, Any]]) -> Card:
    """Compare the notified events with the ground truth."""

    def hit(entry: Entry) -> dict[str, Any] | None:
        found = [e for e in events if entry.is_told_by(e)]
        return min(found, key=lambda e: (e["same_as"] is not None, e["told_on"])) if found else None

    real = [(k, hit(k)) for k in known if k.verdict in REAL and k.pct <= -LEAST]
    fake = [(k, hit(k)) for k in known if k.verdict in FAKE and k.pct < 0]
    others: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for event in events:
        if not any(entry.is_told_by(event) for entry, _ in real):
            others.setdefault(group_of(event), []).append(event)
    things = Counter(
        tuple(e[k] for k in ("date", "provider", "gpu", "gpu_memory_gb", "form_factor", "pricing_model", "term_months",
                             "region", "instance", "new_usd_per_gpu_hour"))
        for e in events if e["same_as"] is None
    )  # fmt: skip
    twice = sum(n - 1 for n in things.values())
    return Card(real, fake, others, len(events), len({e["event_id"] for e in events}), twice)


def show(card: Card, known: list[Entry], home: Path) -> Iterator[str]:
    """Format the card as text."""
    days = [(date.fromisoformat(e["told_on"]) - date.fromisoformat(e["date"])).days for _, e in card.real if e]
    same = sum(e is not None and e["same_as"] is not None for _, e in card.real)
    yield f"real drops of {LEAST:g} % and more: {len(card.real)}, told {sum(e is not None for _, e in card.real)} ({card.recall:.0%}), of these {same} as the same from another source"
    yield f"days to telling: median {sorted(days)[len(days) // 2]}, most {max(days)}; at once {days.count(0)} of {len(days)}"
    yield from (
        f"  missed {k.name} {k.day} {k.provider} {k.gpu} {k.pricing_model} {k.pct}" for k, e in card.real if not e
    )
    yield f"fake drops: {len(card.fake)}, told {sum(e is not None for _, e in card.fake)} ({card.fakes:.0%})"
    yield from (f"  told {k.name} {k.day} {k.provider} {k.gpu} {k.verdict}" for k, e in card.fake if e)
    yield f"events: {card.n_events}, ids: {card.n_ids}, told twice: {card.n_twice}"
    yield f"other groups told: {len(card.others)}"
    for group, events in sorted(card.others.items(), key=lambda item: item[0][:2]):
        pcts = sorted(e["pct"] for e in events)
        verdicts = [k.verdict for k in known if any(k.is_told_by(e) for e in events)]
        truth = f"known as {verdicts[0]}" if verdicts else "not in the ground truth"
        what = " ".join(str(part) for part in group if part is not None)
        yield f"  {what}: {len(events)} prices, {pcts[0]} to {pcts[-1]} %; {truth}; {became(home, events)}"


def main() -> None:
    """Import the history where no home is given, then print the card."""
    if not (HISTORY / PRICES).exists():
        sys.exit(f"no history at {HISTORY}: the scorecard needs it")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else folder)
        if len(sys.argv) < 2:
            command = [*GPUHOUR, "import", str(HISTORY / PRICES), "--source", "archive"]
            subprocess.run(command, check=True, env=os.environ | {"GPUHOUR_HOME": str(home)}, cwd=ROOT)
        known = list(entries(HISTORY / "list_price_events.csv"))
        print("\n".join(show(score(known, told(home)), known, home)))


if __name__ == "__main__":
    main()
