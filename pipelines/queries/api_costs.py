"""Queries of what hosts charge per token: a day's prices beside the machines of that day, and a model's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.storage.connection import Connection

HOSTED = (
    "usd_per_day", "usd_per_m_tokens", "break_even_tokens_per_day", "host", "hosted_model", "usd_per_m_input_tokens",
    "usd_per_m_cached_input_tokens", "usd_per_m_output_tokens", "valid_from", "n_lists", "source", "list_read_on",
    "source_url", "sha256",
)  # fmt: skip
MACHINE = (
    "usd_per_day", "usd_per_m_tokens", "n_machines", "gpu_count", "spec", "provider", "instance", "precision", "tp",
    "usd_per_gpu_hour", "pricing_model", "term_months", "capacity_tokens_per_day", "busy", "source_url",
)  # fmt: skip
INTERVAL = (
    "valid_from", "valid_to", "usd_per_m_tokens", "kind", "above_tokens", "hours_utc", "host", "hosted_model", "model",
    "quality", "source", "origin", "source_url", "sha256", "text",
)  # fmt: skip
# The machines that a load may be put on; see _parameters.
_MACHINES = """marts.self_host_machines_as_of($day, $model, hit_rate := $hit_rate, input_share := $input_share)
            where workload = $workload
                and pricing_model = $pricing_model
                and ($precision is null or precision = $precision)"""
_USD = "if($in_batch, usd_per_m_batch_{0}_tokens, usd_per_m_{0}_tokens)"
# What hosts ask for the load on a day; see _parameters. _OF_LIST are HOSTED's columns from host on.
_LISTED = f"""
    select
        *,
        {_USD.format("input")} as input_usd,
        {_USD.format("output")} as output_usd,
        if($in_batch, null, usd_per_m_cached_input_tokens) as cached_usd,
        hosted_usd_per_m_tokens(
            input_usd, cached_usd, output_usd, $input_share, 1 - $input_share, $hit_rate
        )::double as usd_per_m_tokens
    from v1.hosted_prices_as_of($day)
    join (
        select coalesce($request_tokens::double, (select isl from marts.workloads where workload = $workload)) as isl
    ) as request
        on isl > above_tokens and isl <= coalesce(up_to_input_tokens, 'infinity'::double)
    where model = $model and not coalesce(is_deprecated, false) and input_usd > 0 and output_usd > 0
"""  # noqa: S608 -- columns of ours
_OF_LIST = f"host, hosted_model, input_usd, cached_usd, output_usd, {', '.join(HOSTED[8:])}"


@dataclass(frozen=True, slots=True)
class Volume:
    """A load of tokens per day, and how it is served.

    Attributes:
        input_tokens, output_tokens: per day.
        hit_rate: share of the input that is read from a cache, 0 to 1.
        utilisation: share of its capacity that a rented machine is used for, above 0 to 1.
        workload: whose speeds count, and whose requests decide which tier of a host's prices.
        in_batch: whether the host's batch prices count.
        request_tokens: input tokens of a request, where they are not the workload's.
    """

    input_tokens: float
    output_tokens: float
    hit_rate: float
    utilisation: float
    workload: str
    in_batch: bool
    request_tokens: float | None = None

    @property
    def tokens(self) -> float:
        """Input and output tokens per day."""
        return self.input_tokens + self.output_tokens

    @property
    def input_share(self) -> float:
        """Share of the input in all tokens."""
        return self.input_tokens / self.tokens


def machines(
    con: Connection, model: str, day: date, load: Volume, pricing_model: str, precision: str | None
) -> list[dict[str, Any]]:
    """Return the machines that serve the load on a day, by MACHINE's columns: each spec's cheapest, in order.

    As many whole machines as the load takes at that utilisation, paid around the clock.
    """
    rows = con.execute(
        f"""
        with counted as (
            select
                *,
                greatest(1, ceil($tokens / (capacity_tokens_per_day * $utilisation)))::bigint as n_machines,
                n_machines * own_usd_per_day as usd_per_day,
                usd_per_day / $tokens * 1e6 as usd_per_m_tokens,
                $tokens / (n_machines * capacity_tokens_per_day) as busy
            from {_MACHINES}
        )
        select {", ".join(MACHINE)}
        from counted
        qualify row_number() over (
            partition by spec order by usd_per_day, gpu_count, precision, provider, tp, term_months
        ) = 1
        order by usd_per_day, spec
        """,  # noqa: S608 -- columns of ours
        _parameters(model, day, load) | {"pricing_model": pricing_model, "precision": precision},
    ).fetchall()
    return [dict(zip(MACHINE, row, strict=True)) for row in rows]


def hosts(
    con: Connection, model: str, day: date, load: Volume, pricing_model: str, precision: str | None
) -> list[dict[str, Any]]:
    """Return what each host charges for the load on a day, by HOSTED's columns, cheapest first.

    break_even_tokens_per_day: input and output tokens in this mix from which one rented machine, whichever comes first,
    costs no more than this host; NULL: none does at that utilisation.
    """
    rows = con.execute(
        f"""
        with machines as (
            select own_usd_per_day, capacity_tokens_per_day * $utilisation as most_tokens
            from {_MACHINES}
        ),
        listed as ({_LISTED})
        select
            usd_per_m_tokens * $tokens / 1e6 as usd_per_day, usd_per_m_tokens,
            (
                select min(own_usd_per_day / listed.usd_per_m_tokens * 1e6)
                from machines
                where own_usd_per_day / listed.usd_per_m_tokens * 1e6 <= most_tokens
            ) as break_even_tokens_per_day,
            {_OF_LIST}
        from listed
        order by usd_per_day, host, hosted_model
        """,  # noqa: S608 -- columns of ours
        _parameters(model, day, load) | {"pricing_model": pricing_model, "precision": precision} | _terms(load),
    ).fetchall()
    return [dict(zip(HOSTED, row, strict=True)) for row in rows]


def host_prices(con: Connection, model: str, day: date, load: Volume) -> list[dict[str, Any]]:
    """Return the same prices in the same order, without HOSTED's costs of a day and what machines cost beside."""
    columns = ("usd_per_m_tokens", *HOSTED[3:])
    rows = con.execute(
        f"select usd_per_m_tokens, {_OF_LIST} from ({_LISTED}) order by usd_per_m_tokens, host, hosted_model",  # noqa: S608 -- columns of ours
        {name: of for name, of in _parameters(model, day, load).items() if name not in ("tokens", "utilisation")}
        | _terms(load),
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _parameters(model: str, day: date, load: Volume) -> dict[str, Any]:
    return {
        "model": model, "day": day, "tokens": load.tokens, "input_share": load.input_share, "hit_rate": load.hit_rate,
        "utilisation": load.utilisation, "workload": load.workload,
    }  # fmt: skip


def _terms(load: Volume) -> dict[str, Any]:
    return {"in_batch": load.in_batch, "request_tokens": load.request_tokens}


def intervals(con: Connection, model: str, host: str | None) -> list[dict[str, Any]]:
    """Return the price history of a model, a spec or a label of hosts, by INTERVAL's columns, oldest first."""
    rows = con.execute(
        f"select {', '.join(INTERVAL)} from v1.hosted_price_intervals "  # noqa: S608 -- columns of ours
        "where (model = $model or model_key = $model or hosted_model = $model) and ($host is null or host = $host) "
        "order by coalesce(valid_from, valid_to), host, hosted_model, kind, above_tokens, source, valid_to",
        {"model": model, "host": host},
    ).fetchall()
    return [dict(zip(INTERVAL, row, strict=True)) for row in rows]
