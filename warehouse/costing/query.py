"""Answers one cost question: a model, a load and perhaps a GPU, at the prices in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warehouse.costing.requests import answer_requests, as_json, rows_of_text, write_requests
from warehouse.storage.connection import Connection, DatabaseError, planned_as_written, quoted, records

SIZES = (1, 2, 4, 8)  # GPUs per server that are tried; larger ones where so many are asked for
_PRICED = Path(__file__).parent / "priced.sql"
_OFFER = {
    "spec": "varchar", "tp": "integer", "provider": "varchar", "instance": "varchar", "region": "varchar",
    "pricing_model": "varchar", "gpu_count": "integer", "availability": "varchar", "unfit": "varchar",
    "term_months": "integer", "list_usd_per_gpu_hour": "decimal(18,6)", "discount_pct": "double",
    "usd_per_gpu_hour": "decimal(18,6)", "last_seen_on": "date", "is_form_assumed": "boolean", "source_url": "varchar",
    "observed_at": "timestamptz", "sha256": "varchar", "origin": "varchar",
}  # fmt: skip


class Nonsense(Exception):
    """The question makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load on a server: tokens in and out, concurrent requests (None: as many as fit or may wait)."""

    isl: float
    osl: float
    concurrency: float | None
    tpot_limit_s: float | None  # maximum seconds per output token; None: no limit
    utilisation: float  # share of the paid hours that the servers are busy
    ttft_limit_s: float | None = None  # maximum seconds to the first token of an idle server; None: no limit


@dataclass(frozen=True, slots=True)
class Layout:
    """How one server uses its GPUs, in the columns of requests; None: searched, or not used."""

    tp: int | None = None
    pp: int | None = None
    dp_attn: int | None = None
    ep: int | None = None
    drafts: int | None = None
    acceptance: float | None = None
    cached_share: float | None = None

    def sizes(self, n_gpus: int | None) -> Sequence[int]:
        """Return the sizes of servers to try, in GPUs, for that many GPUs in all (None: as many as one server has)."""
        if self.tp:
            return (self.tp * (self.pp or 1),)
        sizes = (*SIZES, *(size for size in (16, 32, 64) if size <= (n_gpus or 0)))
        return tuple(size for size in sizes if (not n_gpus or n_gpus % size == 0) and size >= (self.dp_attn or 1))

    def refuse(self, model: str, is_mixture: bool) -> None:
        """Raise Nonsense for ranks that a model or a server has no use for."""
        if not is_mixture and (self.ep or 1) > 1:
            raise Nonsense(f"{model} has no experts that {self.ep} ranks could share")
        if not is_mixture and (self.dp_attn or 0) > 1:
            raise Nonsense(f"{model} has no experts: attention is data parallel in mixtures of experts alone")
        if self.tp and (self.dp_attn or 0) > self.tp:
            raise Nonsense(f"{self.tp} GPUs that share a layer cannot be {self.dp_attn} ranks of attention")


SEARCHED = Layout()


def load(con: Connection, workload: str, own: Path, **given: float | None) -> Load:
    """Return a workload of marts.workloads or of the user's own file, overridden by what is `given`.

    Raises Nonsense for an unknown name, an unreadable file or figures that cannot be.
    """
    if own.exists():
        source = f"read_csv('{quoted(own)}', header = true, nullstr = '')"
        try:
            con.execute(f"insert into marts.workloads by name from {source}")
        except DatabaseError as failed:
            raise Nonsense(f"{own} cannot be read: {str(failed).splitlines()[0]}") from failed
    columns = "isl, osl, concurrency, tpot_limit_s, utilisation"
    # The last one of that name: a user's own follows ours.
    rows = con.execute(
        f"select {columns} from marts.workloads where workload = $workload order by rowid desc limit 1",  # noqa: S608
        {"workload": workload},
    ).fetchall()
    if not rows:
        names = con.execute(
            "select string_agg(distinct workload, ', ' order by workload) from marts.workloads"
        ).fetchall()
        raise Nonsense(f"unknown workload {workload!r}; known: {names[0][0]}")
    asked = dict(zip(columns.split(", "), rows[0], strict=True)) | {k: v for k, v in given.items() if v is not None}
    if not 0 < (asked["utilisation"] or 0) <= 1:
        raise Nonsense(f"utilisation is a share above 0 and up to 1, not {asked['utilisation']}")
    return Load(**asked)


def released_format(con: Connection, model: str) -> str:
    """Return the format that a model of marts.llm_specs was released in; FP16 where that is not known."""
    row = con.execute("select published_as from marts.llm_specs where name = $name", {"name": model}).fetchone()
    return str(row[0]) if row and row[0] else "FP16"


def ask(
    con: Connection,
    model: str,
    precision: str,
    load: Load,
    gpus: Sequence[str],
    n_gpus: int | None,
    offers: Sequence[Mapping[str, object]],
    *,
    layout: Layout = SEARCHED,
    each_provider: bool = False,
) -> list[dict[str, Any]]:
    """Return rows per operating point and GPU (and provider, if asked), cheapest output first in each point.

    n_gpus: how many; None: the best of SIZES, as one server. offers: rows of _OFFER's columns; tp: the GPUs of the
    server that the price is for, one of layout.sizes; unfit: why no such server can be rented there, which leaves it
    without USD. Operating points: the load's own concurrency, or as many as fit and, where somebody waits for tokens,
    as many as keep to that limit. Raises Nonsense for what no server can be asked.
    """
    alike = {"model": model, "precision": precision, "isl": load.isl, "osl": load.osl,
             "concurrency": load.concurrency, **asdict(layout)}  # fmt: skip
    requests = [
        {**alike, "gpu": gpu, "n_gpus": n_gpus or size, "server_gpus": size}
        for gpu in gpus for size in layout.sizes(n_gpus)
    ]  # fmt: skip
    if n_gpus and layout.tp and n_gpus % (size := layout.sizes(n_gpus)[0]):
        raise Nonsense(f"{n_gpus} GPUs cannot be divided into servers of {size}")
    layout.refuse(model, _is_mixture(con, model))
    if not layout.sizes(n_gpus):
        raise Nonsense(f"no server of {n_gpus or max(SIZES)} GPUs has {layout.dp_attn} ranks of attention")
    with planned_as_written(con):
        rows = _priced(con, requests, load, offers, each_provider)
    points, last = [point for point, _ in _operating_points(load)], float("inf")
    return sorted(rows, key=lambda r: (points.index(r["operating_point"]), r["usd_per_m_output_tokens"] or last,
                                        -(r["output_tokens_per_s_per_gpu"] or 0), r["gpu_spec"] or "",
                                        r["provider"] or ""))  # fmt: skip


def _priced(
    con: Connection,
    requests: Sequence[Mapping[str, object]],
    load: Load,
    offers: Sequence[Mapping[str, object]],
    each_provider: bool,
) -> list[dict[str, Any]]:
    points = _operating_points(load)
    write_requests(con, [request for _ in points for request in requests])
    answer_requests(con, points[-1][1], len(requests) * (len(points) - 1))
    refuse_nonsense(con)
    write_offers(con, offers)
    con.execute(
        "create or replace table asked as select rowid + 1 as row, "
        "$points[1 + rowid // $n_requests] as operating_point, $utilisation::double as utilisation, "
        "$each_provider as each_provider, $limit::double as ttft_limit_s from raw",
        {
            "points": [point for point, _ in points], "n_requests": len(requests), "utilisation": load.utilisation,
            "each_provider": each_provider, "limit": load.ttft_limit_s,
        },
    )  # fmt: skip
    return records(con.execute(_PRICED.read_text()))


def _is_mixture(con: Connection, model: str) -> bool:
    row = con.execute("select coalesce(experts, 0) > 0 from marts.llm_specs where name = $name", {"name": model})
    return bool((row.fetchone() or (True,))[0])


def write_offers(con: Connection, offers: Sequence[Mapping[str, object]]) -> None:
    """Make the table `offered` of rows of _OFFER's columns. rent: usd_per_gpu_hour of what can be rented, else NULL."""
    casts = ", ".join(f"{name}::{kind} as {name}" for name, kind in _OFFER.items())
    rows = rows_of_text(list(_OFFER))
    con.execute(
        f"create or replace table offered as select *, if(unfit is null, usd_per_gpu_hour, null) as rent "  # noqa: S608
        f"from (select {casts} from ({rows}))",
        {"rows": as_json(offers)},
    )


def _operating_points(load: Load) -> list[tuple[str, float | None]]:
    if load.concurrency is not None:
        return [(f"{load.concurrency:g} at once", None)]
    limited = [(f"TPOT <= {load.tpot_limit_s * 1000:g} ms", load.tpot_limit_s)] if load.tpot_limit_s else []
    return [("largest batch", None), *limited]


def refuse_nonsense(con: Connection) -> None:
    """Raise Nonsense if `answers` were refused or the load exceeds the model's context.

    A file's rows get an answer with a remark there: people do measure such loads.
    """
    refused = con.execute(
        "select coalesce(refused, remark) from answers where refused is not null or remark is not null order by row"
    )
    if first := refused.fetchone():
        raise Nonsense(str(first[0]))
