"""Adds a user's own models and GPUs to the specs: rows of models.csv and gpus.csv, or the shape of a config.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from warehouse.costing.requests import as_json, rows_of_text
from warehouse.engine.checks import all_checks
from warehouse.storage.connection import Connection, DatabaseError, quoted

# Columns that a row must state unless it changes a spec on record, and what the others are where it leaves them blank.
_NEEDED = {
    "llm_specs": ("layers", "hidden", "heads", "vocab", "context_tokens"),
    "gpu_specs": ("bandwidth_gbs", "fp16_tflops"),
}
_DEFAULTS = {
    "llm_specs": {
        "kv_heads": "heads",
        "head_dim": "hidden / heads",
        "ffn_matrices": "3",
        "embeddings": "2",
        "attention": "'gqa'",
        "full_attention_layers": "coalesce(kv_layers, layers)",
        "moe_layers": "if(experts > 0, layers, null)",
        "ffn_dim": "if(moe_layers = layers, 0, null)",
        "source": "'your own'",
    },
    "gpu_specs": {
        "gpu": "name",
        "is_default": "true",
        "vendor": "'your own'",
        "device_mib": "gpu_memory_gb * 1e9 / 1048576",
        "gpu_memory_gb": "device_mib * 1048576 / 1e9",
        "link_kind": "'pcie'",
        "link_gbs": "64",
        "source": "'your own'",
    },
}
FILES = {"models.csv": "llm_specs", "gpus.csv": "gpu_specs"}


class UnreadableSpecs(Exception):
    """A file of one's own specs cannot be used; the message says which row lacks or contradicts what."""


def add_own_specs(con: Connection, folder: Path | None, models: Sequence[Mapping[str, Any]]) -> bool:
    """Add the rows of a folder's models.csv and gpus.csv, and `models`, to seeds.llm_specs and seeds.gpu_specs.

    A row of a name on record replaces what it states and keeps the rest. Return whether there was any. Raises
    UnreadableSpecs.
    """
    files = [folder / file for file in FILES if (folder / file).is_file()] if folder else []
    for path in files:
        source = f"read_csv('{quoted(path)}', header = true, all_varchar = true, nullstr = '')"
        _add(con, FILES[path.name], source, path)
    for model in models:
        con.execute(f"create or replace temp table stated as {rows_of_text(list(model))}", {"rows": as_json([model])})
        _add(con, "llm_specs", "stated", Path(str(model["name"])))
    return bool(files or models)


def _add(con: Connection, table: str, source: str, origin: Path) -> None:
    try:
        con.execute(f"create or replace temp table own as from seeds.{table} where false")
        con.execute(f"insert into own by name from {source}")
    except DatabaseError as failed:
        raise UnreadableSpecs(f"{origin} cannot be read: {str(failed).splitlines()[0]}") from failed
    columns = [name for name, *_ in con.execute("describe own").fetchall()]
    inherited = ", ".join(f"coalesce(own.{c}, known.{c}) as {c}" for c in columns)
    con.execute(
        f"create or replace temp table own as select {inherited} from own left join seeds.{table} as known using (name)"  # noqa: S608
    )
    _require(con, origin, ("name", *_NEEDED[table]))
    if (twice := con.execute("select name from own group by name having count(*) > 1").fetchone()) is not None:
        raise UnreadableSpecs(f"{origin} has two rows of {twice[0]}")
    for column, otherwise in _DEFAULTS[table].items():
        con.execute(f"update own set {column} = {otherwise} where {column} is null")  # noqa: S608
    if table == "llm_specs":
        _require(con, origin, ("ffn_dim",))
    else:
        _require(con, origin, ("gpu_memory_gb",))
    con.execute(f"delete from seeds.{table} where name in (select name from own)")  # noqa: S608
    con.execute(f"insert into seeds.{table} by name from own")


def check_own_specs(con: Connection) -> None:
    """Complete the totals of models that state none, and refuse figures that no model or chip can have.

    Raises UnreadableSpecs.
    """
    con.execute(
        "update marts.llm_specs set total_params_b = coalesce(total_params_b, rebuilt_params / 1e9), active_params_b = "
        "coalesce(active_params_b, if(experts > 0, least(matmul_params, rebuilt_params), rebuilt_params) / 1e9)"
    )
    for check in all_checks():
        if check.table in ("marts.llm_specs", "marts.gpu_specs") and (
            wrong := con.execute(f"select columns('name|gpu') from ({check.sql}) limit 1").fetchone()  # noqa: S608 -- ours
        ):
            raise UnreadableSpecs(f"your own spec of {wrong[0]} cannot be: {check.description}")


def _require(con: Connection, origin: Path, columns: Sequence[str]) -> None:
    for column in columns:
        if row := con.execute(f"select name from own where {column} is null limit 1").fetchone():  # noqa: S608
            raise UnreadableSpecs(f"{origin}: {row[0] or 'a row'} states no {column}")
