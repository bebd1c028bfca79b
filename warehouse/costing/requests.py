"""Answers requests given in the columns of throughput tables, one answer each; measured columns are never read."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from warehouse.identity.spec_names import SpecNames, UnknownName
from warehouse.storage.connection import Connection, DatabaseError, quoted

# All columns that are read from a file; measured ones (tokens per second, TTFT, TPOT) are not among them.
COLUMNS = ("model", "gpu", "n_gpus", "server_gpus", "tp", "pp", "ep", "dp_attn", "precision", "kv_dtype", "isl", "osl",
           "concurrency", "software", "drafts", "acceptance", "cached_share", "scenario", "extra")  # fmt: skip
NEEDED = ("model", "gpu", "precision", "isl", "osl")
RANGES = ("output_tokens_per_s_per_gpu_low", "output_tokens_per_s_per_gpu_high", "ttft_s_low", "ttft_s_high",
          "tpot_s_low", "tpot_s_high")  # fmt: skip
ANSWER = ("row", "output_tokens_per_s_per_gpu", "ttft_s", "tpot_s", "tp", "pp", "dp_attn", "replicas", "class",
          "band_factor", "in_scope", "reason", "isl", "osl", *RANGES)  # fmt: skip
# What marts.answers_of takes of each server that was costed.
_COSTED = ("row", "tp", "pp", "dp_attn", "is_stated", "replicas", "kv_dtype", "gpus", "fits", "batch", "max_batch",
           "weight_bytes", "kv_bytes_per_request", "kv_room_bytes", "ttft_s", "tpot_s", "output_tokens_per_s",
           "output_tokens_per_s_per_gpu", "gpu_seconds_per_m_input_tokens", "gpu_seconds_per_m_output_tokens",
           "theta_version")  # fmt: skip
# What a file's answers show of them: each column less spares a twentieth of the time that the choice takes.
_SHOWN = frozenset({"row", "tp", "pp", "dp_attn", "is_stated", "replicas", "gpus", "fits", "weight_bytes",
                    "kv_room_bytes", "ttft_s", "tpot_s", "output_tokens_per_s_per_gpu"})  # fmt: skip
# Of a request, what marts.loads_of and marts.inference_of take, beside its row.
_ASKED = ("row", "model", "gpu_spec", "weights", "kv_dtype", "engine", "isl", "osl", "beams", "concurrency", "ep",
          "is_pool", "drafts", "acceptance", "cached_share")  # fmt: skip
# What decides about the servers that may answer it, and what tells those apart.
_SERVERS = ("refused", "gpus", "server_gpus", "server_tp", "stages", "attention_ranks", "given_replicas",
            "is_tp_assumed", "is_pp_given", "is_mixture")  # fmt: skip
_CHOSEN_BY = ("row", "tp", "pp", "dp_attn", "is_stated", "replicas")
_SQL = Path(__file__).parent


class UnreadableFile(Exception):
    """The file is not a CSV with the required columns; the message says which are missing."""


def read_requests(con: Connection, file: Path) -> None:
    """Make the table `raw` of a CSV file, for `answer_requests`: its rows in their order. Raises UnreadableFile."""
    source = f"read_csv('{quoted(file)}', header = true, all_varchar = true, nullstr = '')"
    try:
        present = {name for name, *_ in con.execute(f"describe from {source}").fetchall()}
        absent = [name for name in NEEDED if name not in present]
        if absent:
            raise UnreadableFile(f"{file} has no column {', '.join(absent)}; needed are {', '.join(NEEDED)}")
        _write(con, f"select {', '.join(name for name in COLUMNS if name in present)} from {source}")  # noqa: S608
    except DatabaseError as failed:
        raise UnreadableFile(f"{file} cannot be read as CSV: {str(failed).splitlines()[0]}") from failed


def write_requests(con: Connection, requests: Sequence[Mapping[str, object]]) -> None:
    """Make the table `raw` of requests, each naming some of COLUMNS, for `answer_requests`."""
    _write(con, rows_of_text(COLUMNS), {"rows": as_json(requests)})


def rows_of_text(columns: Sequence[str]) -> str:
    """Return a SELECT of the rows that the parameter $rows holds (see `as_json`), all as text."""
    shape = json.dumps([dict.fromkeys(columns, "varchar")])
    return f"select unnest(from_json($rows::varchar, '{shape}'), recursive := true)"


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows as the one text that `rows_of_text` binds: a list of a thousand parameters would be slow."""
    return json.dumps([{k: None if v is None else str(v) for k, v in row.items()} for row in rows])


def _write(con: Connection, source: str, parameters: Mapping[str, str] | None = None) -> None:
    """Make `raw` of a SELECT, with all of COLUMNS as text; a row's number is its rowid + 1."""
    empty = ", ".join(f"null::varchar as {name}" for name in COLUMNS)
    con.execute(
        f"create or replace table raw as select {empty} where false union all by name {source}",
        parameters or {},
    )


def spec_names(con: Connection) -> SpecNames:
    """Return the specs of a database of the cost model, which may hold a user's own."""
    models = con.execute("select name, repo, same_shape from marts.llm_specs").fetchall()
    gpus = con.execute("select name, gpu, form_factor, gpu_memory_gb, is_default from marts.gpu_specs").fetchall()
    return SpecNames(
        [dict(zip(("name", "repo", "same_shape"), row, strict=True)) for row in models],
        [dict(zip(("name", "gpu", "form_factor", "gpu_memory_gb", "is_default"), row, strict=True)) for row in gpus],
    )


def _resolve(con: Connection, column: str, spec_of: Callable[[str], str]) -> None:
    """Make <column>_labels: each distinct label once, with its spec or why it has none."""
    labels: list[Mapping[str, str | None]] = []
    for (label,) in con.execute(f"select distinct {column} from raw order by 1").fetchall():  # noqa: S608
        try:
            labels.append({"label": label, "spec": spec_of(label or ""), "unknown": None})
        except UnknownName as absent:
            labels.append({"label": label, "spec": None, "unknown": str(absent)})
    source = rows_of_text(("label", "spec", "unknown"))
    con.execute(f"create or replace table {column}_labels as {source}", {"rows": as_json(labels)})


def answer_requests(con: Connection, tpot_limit_s: float | None = None, n_unlimited: int = 0) -> None:
    """Make `answers` of `raw`: the columns of ANSWER, and what they rest on, one per request in any order.

    row: of `raw`, from 1. With a limit on seconds per output token, at the largest concurrency that keeps it, but for
    the first n_unlimited requests; what cannot has no answer. Run `read_requests` or `write_requests` first.
    """
    _interpret_requests(con, tpot_limit_s, n_unlimited)
    con.execute(f"create or replace table answers as {_prepared(con, tpot_limit_s is not None)}")


def answer_file(con: Connection, file: Path) -> None:
    """Make `file_answers` for a CSV file of requests: columns of ANSWER, in the file's order. Raises UnreadableFile."""
    con.execute("reset threads")
    read_requests(con, file)
    is_shorter = _keep_one_of_each(con)
    # Rows have their numbers by now. Threads that wait for each other to keep an order cost half as much again.
    con.execute("set preserve_insertion_order = false")
    try:
        _interpret_requests(con)
        # It takes the servers to try for a few, where there are several to each request, and would hash those.
        con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        source = f"({_prepared(con, False, _SHOWN)})"
        if is_shorter:
            con.execute(f"create or replace table answered_once as select {', '.join(ANSWER)} from {source}")  # noqa: S608 -- our own names
            source = (
                "(select each_request.row, answered_once.* exclude (row) from answered_once "
                "join each_request on each_request.first = answered_once.row)"
            )
        con.execute(f"create or replace table file_answers as select {', '.join(ANSWER)} from {source}")  # noqa: S608 -- our own names
        # They mostly come in their order, which is not promised.
        if not con.execute("select coalesce(bool_and(row = rowid + 1), true) from file_answers").fetchall()[0][0]:
            con.execute("create or replace table file_answers as from file_answers order by row")
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset disabled_optimizers")


def _keep_one_of_each(con: Connection) -> bool:
    """Leave in `raw` one request of each that are alike, if that spares many; say whether it did.

    Makes each_request then: row, its number in the file, and first, the number of its like in `raw`.
    """
    is_same = " and ".join(f"once.{name} is not distinct from asked.{name}" for name in COLUMNS)
    distinct = con.execute(f"select approx_count_distinct(({', '.join(COLUMNS)})) < 0.8 * count(*) from raw")  # noqa: S608 -- our own names
    if not distinct.fetchall()[0][0]:
        return False
    con.execute("create or replace table raw_once as select distinct * from raw")
    con.execute(
        "create or replace table each_request as select asked.rowid + 1 as row, once.rowid + 1 as first "  # noqa: S608 -- our own names
        f"from raw as asked join raw_once as once on {is_same}"
    )
    con.execute("drop table raw")
    con.execute("alter table raw_once rename to raw")
    return True


def _interpret_requests(con: Connection, tpot_limit_s: float | None = None, n_unlimited: int = 0) -> None:
    """Make `read` of `raw`, requests as the model takes them; `ends` of lengths that are ranges, and `candidates`."""
    names = spec_names(con)
    _resolve(con, "model", names.model)
    _resolve(con, "gpu", names.gpu)
    con.execute("create or replace view numbered as select rowid + 1 as row, * from raw")
    con.execute(
        "create or replace table read as select *, if(row > $n_unlimited, $limit::double, null) as tpot_limit_s "
        "from marts.requests_of('numbered', 'model_labels', 'gpu_labels')",
        {"n_unlimited": n_unlimited, "limit": tpot_limit_s},
    )
    _make(con, "table ends", "ends.sql")
    con.execute(
        f"create or replace view candidates as select {', '.join(_ASKED)}, tpot_limit_s, tp, pp, dp_attn, is_stated, "  # noqa: S608 -- our own names
        "replicas from marts.candidates_of('read', 'read')"
    )


def _make(con: Connection, what: str, file: str) -> None:
    con.execute(f"create or replace {what} as {(_SQL / file).read_text()}")


def _prepared(con: Connection, is_limited: bool, shown: Collection[str] = _COSTED) -> str:
    """Return a SELECT of the rows of `answers`, and make what it reads. shown: of _COSTED, what is not left NULL."""
    con.execute(f"create or replace table length_ranges (row bigint, {', '.join(f'{name} double' for name in RANGES)})")
    if con.execute("select count(*) from ends").fetchall()[0][0]:
        _answer_ends(con, is_limited)
    return _answering(con, is_limited, shown)


def _answering(con: Connection, is_limited: bool, shown: Collection[str] = _COSTED) -> str:
    """Return a SELECT of an answer to each row of `read`, beside its `length_ranges`."""
    if not is_limited:
        con.execute("create or replace table limited (row bigint)")
        costed = (
            "pairs_asked as (from marts.pairs_of('read')), "  # noqa: S608 -- our own names
            f"asked as (select {', '.join((*_ASKED, *_SERVERS))} from read where refused is null), "
            # What a request has in common for all its servers is worked out before there are several of it.
            "loads as (from marts.loads_of('asked', 'pairs_asked')), "
            f"servers as (select *, {{{', '.join(f'{name}: {name}' for name in _CHOSEN_BY)}}} as request "
            "from marts.candidates_of('read', 'loads')), "
            "served as (select request.*, kv_stored_as as kv_dtype, served.* exclude (request, kv_stored_as) "
            "from marts.served_of('servers') as served)"
        )
    else:
        con.execute("create or replace table limited as from candidates")
        costed = "served as (from marts.latency_bound_of('limited'))"
    columns = ", ".join(name if name in shown else f"null as {name}" for name in _COSTED)
    # No view: DuckDB would plan the whole chain of formulas once more to make each.
    return (
        f"with {costed}, costed as (select {columns} from served) "  # noqa: S608 -- ours
        "from marts.answers_of('read', 'limited', 'costed', 'length_ranges')"
    )


def _answer_ends(con: Connection, is_limited: bool) -> None:
    """Fill `length_ranges`: each end of a length is answered as a request of its own."""
    con.execute("alter table read rename to read_whole")
    con.execute("create table read as select * exclude (asked_row) from ends")
    con.execute(
        "create or replace table end_answers as select row, output_tokens_per_s_per_gpu as tokens, ttft_s, tpot_s "  # noqa: S608 -- ours
        f"from ({_answering(con, is_limited, _SHOWN)})"
    )
    con.execute("drop table read")
    con.execute("alter table read_whole rename to read")
    _make(con, "table length_ranges", "length_ranges.sql")
