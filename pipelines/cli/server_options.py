"""The options of the serving commands: how a server uses its GPUs, and what its users wait for at most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from pipelines.errors import UsageError

if TYPE_CHECKING:
    from warehouse.costing.query import Layout

_DAY = 86_400  # seconds


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Options that fix a server's layout, or bound what it may take; what is not given is searched."""

    tp: Annotated[int | None, Parameter(help="GPUs that share each layer (default: the best).")] = None
    pp: Annotated[int | None, Parameter(help="Stages, one after the other (default: the best).")] = None
    dp: Annotated[
        int | None, Parameter(help="Ranks with attention of their own, in mixtures of experts (default: the best).")
    ] = None
    ep: Annotated[int | None, Parameter(help="Ranks that share the experts (default: as attention's).")] = None
    drafts: Annotated[int | None, Parameter(help="Tokens guessed per step, as MTP and EAGLE do (default: none).")] = (
        None
    )
    acceptance: Annotated[float | None, Parameter(help="How often a guess is right, 0 to 1 (default: 0.7).")] = None
    hit_rate: Annotated[
        float | None, Parameter(help="Share of the prompt that is cached already, 0 to 1 (default: none).")
    ] = None
    max_tpot: Annotated[
        float | None, Parameter(help="Most seconds per output token (default: the workload's limit).")
    ] = None
    max_ttft: Annotated[float | None, Parameter(help="Most seconds to the first token of an idle server.")] = None
    tokens_per_day: Annotated[
        float | None, Parameter(help="Output tokens to serve in a day: adds servers_needed and usd_per_day.")
    ] = None

    def layout(self) -> Layout:
        """Return the layout that these options fix. Raises UsageError for impossible values."""
        from warehouse.costing.query import Layout

        for name in ("tp", "pp", "dp", "ep"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise UsageError(f"--{name} must be at least 1, not {value}")
        for name in ("acceptance", "hit_rate"):
            if (share := getattr(self, name)) is not None and not 0 <= share <= 1:
                raise UsageError(f"--{name.replace('_', '-')} must be a share from 0 to 1, not {share:g}")
        for name in ("max_tpot", "max_ttft", "tokens_per_day"):
            if (limit := getattr(self, name)) is not None and not 0 < limit < math.inf:
                raise UsageError(f"--{name.replace('_', '-')} must be above 0, not {limit:g}")
        if self.acceptance is not None and not self.drafts:
            raise UsageError("--acceptance needs --drafts: it says how often a guessed token is right")
        if self.pp is not None and self.tp is None:
            raise UsageError("--pp needs --tp: a server has tp x pp GPUs")
        return Layout(
            tp=self.tp, pp=self.pp, dp_attn=None if self.dp is None else (0 if self.dp == 1 else self.dp), ep=self.ep,
            drafts=self.drafts, acceptance=self.acceptance, cached_share=self.hit_rate,
        )  # fmt: skip

    def with_volume(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows of `query.ask` with the servers that the daily volume needs and their cost, where it is given."""
        if self.tokens_per_day is None:
            return rows
        return [row | _volume(row, self.tokens_per_day) for row in rows]


def _volume(row: dict[str, Any], tokens_per_day: float) -> dict[str, Any]:
    speed, price = row["output_tokens_per_s_per_gpu"], row["usd_per_gpu_hour"]
    if not speed:
        return {"servers_needed": None, "usd_per_day": None}
    gpus = row["gpus"] // row["replicas"]
    servers = math.ceil(tokens_per_day / (speed * gpus * _DAY * row["utilisation"]))
    is_priced = row["usd_per_m_output_tokens"] is not None
    return {"servers_needed": servers, "usd_per_day": servers * gpus * 24 * float(price) if is_priced else None}
