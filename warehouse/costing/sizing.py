"""Finds the fewest GPUs of each kind that hold a model, by the formulas that price its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.costing.query import Load, refuse_nonsense
from warehouse.costing.requests import answer_requests, write_requests
from warehouse.storage.connection import Connection

COLUMNS = (
    "precision",
    "gpu_spec",
    "gpus",
    "tp",
    "pp",
    "memory_gb",
    "weights_gb",
    "kv_gb_per_request",
    "max_batch",
    "reason",
)
_SERVERS = ((1, 1), (2, 1), (4, 1), (8, 1), (8, 2), (8, 4), (8, 8))  # tp x pp: beyond eight GPUs, stages of eight


def holders(con: Connection, model: str, precisions: Sequence[str], load: Load) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS: per precision and GPU the smallest of _SERVERS that holds the weights and one request.

    GB of 1e9 bytes. memory_gb: of the server's devices. Raises Nonsense for what no server can be asked.
    """
    gpus = [name for (name,) in con.execute("select name from marts.gpu_specs order by name").fetchall()]
    write_requests(con, [
        {"model": model, "gpu": gpu, "n_gpus": tp * pp, "tp": tp, "pp": pp, "precision": precision, "isl": load.isl,
         "osl": load.osl} for precision in precisions for gpu in gpus for tp, pp in _SERVERS
    ])  # fmt: skip
    answer_requests(con)
    refuse_nonsense(con)
    return con.execute(
        "select a.weights, a.gpu_spec, a.gpus, a.tp, a.pp, a.gpus * g.device_mib * 1048576 / 1e9, "
        "a.weight_bytes / 1e9, a.kv_bytes_per_request / 1e9, a.max_batch, if(a.fits, null, a.reason) "
        "from answers as a join marts.gpu_specs as g on g.name = a.gpu_spec "
        # The smallest that fits; where none does, the largest, with the reason.
        "qualify row_number() over "
        "(partition by a.weights, a.gpu_spec order by a.fits desc, if(a.fits, a.gpus, -a.gpus)) = 1 "
        "order by a.fits desc, a.weights, a.gpus, g.device_mib * a.gpus, a.gpu_spec"
    ).fetchall()
