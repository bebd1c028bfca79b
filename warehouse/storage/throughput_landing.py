"""Lands published measurements of throughput: each attempt at a document, and the results that it states anew.

A document holds thousands of results of which a few change, so only changes are written: each result that is new, and
one mark for each that the document no longer has. Together the files say what it held on every day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from scrapers.model import Measurement
from warehouse.storage import list_landing
from warehouse.storage.connection import scratch
from warehouse.storage.files import locked
from warehouse.storage.landing import Origin, Status
from warehouse.storage.state_dir import Home

SCRAPE_TYPES = {
    "landing_id": "VARCHAR",
    "landed_at": "TIMESTAMPTZ",
    "origin": "VARCHAR",
    "parser_version": "VARCHAR",
    "list": "VARCHAR",  # who publishes it: mlperf, inferencex, or the name of an import
    "source": "VARCHAR",  # the feed inside it: mlperf_v6.1
    "url": "VARCHAR",
    "captured_at": "TIMESTAMPTZ",
    "status": "VARCHAR",
    "detail": "VARCHAR",
    "sha256": "VARCHAR",
    "n_rows": "INTEGER",
}
ROW_TYPES = {
    "landing_id": "VARCHAR",
    "list": "VARCHAR",
    "source": "VARCHAR",
    "result_id": "VARCHAR",  # of what the result states: equal for the same result in another document
    "is_gone": "BOOLEAN",  # the document has this result no more; its figures stand in an earlier file
    "model": "VARCHAR",
    "gpu": "VARCHAR",
    "n_gpus": "INTEGER",
    "precision": "VARCHAR",
    "isl": "DECIMAL(18,3)",
    "osl": "DECIMAL(18,3)",
    "out_tps_per_gpu": "DECIMAL(18,6)",
    "text": "VARCHAR",
    "isl_low": "DECIMAL(18,3)",
    "isl_high": "DECIMAL(18,3)",
    "software": "VARCHAR",
    "date": "VARCHAR",
    "tp": "INTEGER",
    "pp": "INTEGER",
    "ep": "INTEGER",
    "dp_attn": "VARCHAR",
    "kv_dtype": "VARCHAR",
    "concurrency": "DECIMAL(18,3)",
    "drafts": "INTEGER",
    "scenario": "VARCHAR",
    "ttft_s": "DECIMAL(18,6)",
    "tpot_s": "DECIMAL(18,9)",
    "extra": "VARCHAR",
    "receipt_url": "VARCHAR",
    "captured_at": "TIMESTAMPTZ",
    "source_url": "VARCHAR",
    "sha256": "VARCHAR",
}
_STATED = tuple(field.name for field in fields(Measurement))
_KIND = list_landing.Kind("throughput_rows", "throughput_scrapes", ROW_TYPES, SCRAPE_TYPES)


@dataclass(frozen=True, slots=True)
class ThroughputScrape:
    """One attempt at a document, and its result; `results` is empty unless status is ok or partial."""

    list: str
    source: str
    url: str
    captured_at: datetime  # UTC
    status: Status
    detail: str = ""
    sha256: str = ""
    origin: Origin = "live"
    results: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class LandedThroughput:
    """The status of an attempt, partial if its document shrank, and how many results were not known before."""

    status: Status
    n_new: int


def land_throughput(home: Home, scrape: ThroughputScrape, *, parser_version: str) -> LandedThroughput:
    """Write one attempt and what its document states anew.

    Results are written before the attempt, and count only with it, so a kill in between lands nothing half. The same
    document again writes an attempt without results. Raises OSError (disk full, no permission) with the path in it.
    """
    with locked(home.locks / "throughput.lock"):  # what changed depends on what is landed
        stated = {_result_id(row): row for row in map(_as_row, scrape.results)}
        before = _held(home, scrape)
        is_short = list_landing.is_short(scrape, len(stated), len(before))
        status: Status = "partial" if is_short else scrape.status
        landing = list_landing.landing_of(home, _KIND, scrape, parser_version)
        if list_landing.is_landed(landing):
            return LandedThroughput(status, 0)
        changed = [row | {"result_id": each, "is_gone": "false"} for each, row in stated.items() if each not in before]
        n_new = len(changed)
        if status == "ok" and scrape.origin != "imported":  # a file adds to what others held
            changed += [{"result_id": gone, "is_gone": "true"} for gone in sorted(before - stated.keys())]
        note = f"{len(stated)} results instead of {len(before)}: none is taken for gone" if is_short else ""
        rows = (row | {"source": scrape.source} for row in changed)
        facts = {"source": scrape.source, "status": status, "n_rows": str(len(scrape.results))}
        list_landing.write(landing, _KIND, scrape, rows, facts, note, parser_version)
    return LandedThroughput(status, n_new)


def _as_row(result: Measurement) -> dict[str, Any]:
    """Return a result as text, so that no digit is lost."""
    return {name: None if (value := getattr(result, name)) is None else str(value) for name in _STATED}


def _result_id(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(repr([row[name] for name in _STATED]).encode()).hexdigest()[:16]


def _held(home: Home, scrape: ThroughputScrape) -> set[str]:
    """Return the results that a document had in its newest landing."""
    source = list_landing.landed_rows(home, _KIND, scrape)
    if not source:
        return set()
    with scratch() as con:
        rows = con.execute(
            f"select result_id {source} and source_url = ? "
            "qualify row_number() over (partition by result_id order by captured_at desc, landing_id desc) = 1 "
            "and not is_gone",
            [scrape.origin == "live", scrape.url],
        ).fetchall()
    return {result_id for (result_id,) in rows}
