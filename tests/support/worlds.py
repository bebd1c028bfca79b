"""Small worlds for tests: handmade offers, a warehouse built from them, commands run as processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.model import Offer
from warehouse.engine import build, checks, model_graph, steps
from warehouse.storage import connection
from warehouse.storage.landing import Seen, Status, land
from warehouse.storage.state_dir import Home

ROOT = Path(__file__).parents[2]
CAPTURES = ROOT / "tests" / "captures"
URL = "https://example.com/pricing"


def offer(price: str | None = "2.00", **facts: Any) -> Offer:
    """Return an on-demand A100 per GPU-hour, except for the given facts."""
    stated: dict[str, Any] = {
        "source": "pricing_page", "pricing_model": "on_demand", "price_unit": "gpu_hour", "gpu_label": "A100 80GB",
        "gpu_count": Decimal(1), "instance": "one", "text": f"${price}",
    }  # fmt: skip
    return Offer(price=None if price is None else Decimal(price), **(stated | facts))


def at(day: str, clock: str = "06:15:00") -> datetime:
    """Return a UTC time on an ISO day."""
    return datetime.combine(date.fromisoformat(day), datetime.strptime(clock, "%H:%M:%S").time(), UTC)  # noqa: DTZ007


def seen(
    day: str,
    offers: Iterable[Offer] = (),
    status: Status = "ok",
    provider: str = "lambda",
    url: str = URL,
    **facts: Any,
) -> Seen:
    """Return a scrape of a provider's page on a day."""
    stated: dict[str, Any] = {"source": "pricing_page", "captured_at": at(day), "sha256": f"{day}{url}"} | facts
    return Seen(provider=provider, url=url, status=status, offers=tuple(offers), **stated)


def put(home: Home, *looks: Seen, parser_version: str = "1") -> None:
    """Land scrapes, each on its own."""
    for look in looks:
        land(home, look.provider, [look], parser_version=parser_version)


def put_together(home: Home, *looks: Seen) -> None:
    """Land scrapes of several providers in one file: a quarter of the time of one file each."""
    land(home, looks[0].provider, looks, parser_version="1")


@contextmanager
def built(home: Home, *upto: str) -> Iterator[connection.Connection]:
    """Build a warehouse in memory from the home's landing: whole, or only as far as these tables and table macros."""
    with connection.in_memory() as con:
        extend(con, home, *upto)
        yield con


@contextmanager
def building(home: Home, *upto: str) -> Iterator[connection.Connection]:
    """Yield the same just before it is committed, with the tables of all steps."""
    with connection.in_memory() as con, extending(con, home, *upto):
        yield con


def extend(con: connection.Connection, home: Home, *upto: str) -> None:
    """Build, or append to, an open warehouse, always with the same `upto`."""
    with extending(con, home, *upto):
        pass


@contextmanager
def extending(con: connection.Connection, home: Home, *upto: str) -> Iterator[None]:
    """Yield the same just before it is committed."""
    macros = {name: macro for name, macro in model_graph.table_macros().items() if name in upto}
    tables = {name for name in upto if name not in macros}.union(*(macro.reads for macro in macros.values()))
    wanted = macros.keys() | {called for macro in macros.values() for called in macro.calls}
    with build.building(con, home, tables):
        for name, macro in model_graph.table_macros().items():  # each after those that it calls
            if name in wanted:
                con.execute(macro.sql)
        yield


@contextmanager
def without_costs(*needed: str) -> Iterator[None]:
    """Leave out the cost tables, a third of all, but for these: for tests of publication."""
    models = model_graph.load()
    marts = {name for name in models if name.startswith("marts.")}
    costs = {name for name in models if model_graph.ancestors([name], models) & marts}
    with _with_models(models.keys() - costs | model_graph.ancestors(needed, models, with_state=True)):
        yield


@contextmanager
def prices_only() -> Iterator[None]:
    """Leave out all that publication can do without but for prices, what the gate holds, and scrapes."""
    needed = ("v1.offers_latest", "v1.price_intervals", "v1.quality_events", "v1.source_health", "v1.index_revisions")
    with _with_models(model_graph.ancestors((*needed, "v1.meta", "core.build"), model_graph.load(), with_state=True)):
        yield


@contextmanager
def _with_models(names: Collection[str]) -> Iterator[None]:
    models, macros = model_graph.load(), model_graph.table_macros()
    kept = {name: model for name, model in models.items() if name in names}
    kept_checks = tuple(check for check in checks.all_checks() if check.table in kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_graph, "load", lambda: kept)
        usable = {name: macro for name, macro in macros.items() if macro.reads <= kept.keys()}
        usable = {name: macro for name, macro in usable.items() if macro.calls <= usable.keys()}
        patch.setattr(model_graph, "table_macros", lambda: usable)
        patch.setattr(checks, "all_checks", lambda: kept_checks)
        patch.setattr(steps, "names", cache(steps.names.__wrapped__))  # of these models
        yield


def rows(con: connection.Connection, query: str, *values: Any) -> list[dict[str, Any]]:
    """Return a query's rows by column name."""
    return connection.records(con.execute(query, list(values)))


def dagster_home(folder: Path) -> Path:
    """Make a folder for Dagster's run history with the checkout's settings."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dagster.yaml", folder)
    return folder


def python(
    code: str, *arguments: str | Path, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run code in a separate Python process in the checkout; environment is added to ours, without GPUHOUR_HOME.

    A refresh builds no report: tests of other things need not wait for it.
    """
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GPUHOUR_")} | {"GPUHOUR_REPORT": "off"}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=ours | environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def heeding_signals() -> None:
    """Let a process that is about to start heed signals, as from a terminal: tests that run under nohup ignore some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def cli(
    *arguments: str | Path,
    home: Path | None = None,
    dagster_home: Path | None = None,
    before: str = "",
    timeout: float = 120,
    **env: str,
) -> subprocess.CompletedProcess[str]:
    """Run `gpuhour` in a separate process, after some Python code."""
    env |= {"GPUHOUR_HOME": str(home)} if home else {}
    env |= {"DAGSTER_HOME": str(dagster_home)} if dagster_home else {}
    return python(
        f"{before}\nimport sys\nfrom pipelines.cli.app import main\nmain(sys.argv[1:])",
        *arguments,
        timeout=timeout,
        **env,
    )


def only(monkeypatch: pytest.MonkeyPatch, *slugs: str) -> None:
    """Limit the registry to these providers: runs without a browser are quick."""
    known = {slug: module for slug, module in registry.modules().items() if slug in slugs}
    monkeypatch.setattr(registry, "modules", lambda: known)


def captures(folder: Path, *slugs: str) -> Path:
    """Copy these providers' captures."""
    for slug in slugs:
        shutil.copytree(CAPTURES / slug, folder / slug)
    return folder
