"""`gpuhour` alone: today's answers to the questions that are asked most, each with the command that asks on."""

from __future__ import annotations

import sys
from typing import Any

from pipelines import settings
from pipelines.cli.console import OK, current_day, published_database
from pipelines.cli.options import HomeOption, JsonOption
from pipelines.cli.table_output import bold, rounded, show
from pipelines.queries.percent import change_pct, pct_text

_WIDTH = 80  # where there is no terminal
_CHEAPEST = ("usd/gpu-h", "gpu", "provider", "instance", "region", "providers")
_CHANGES = ("pct", "old", "new", "gpu", "provider", "instance", "on")
_TOKENS = ("model", "usd/M own", "usd/M api", "own gpus", "cheapest api", "apis")


def overview(*, as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Show what most people ask: the cheapest GPUs today, what changed, what tokens cost, how fresh prices are."""
    from pipelines.queries.common_questions import answers
    from pipelines.serialize import document_as_json

    if not as_json and not settings.home(home).published.exists():
        _first_steps()
        return OK
    with published_database(home) as con:
        answer = answers(con, current_day(con))
    if as_json:
        sys.stdout.write(document_as_json(answer))
        return OK
    _question("What is cheapest on demand, per GPU-hour in USD?", "gpuhour prices H100 --country US")
    _show(_CHEAPEST, [_offer(row) for row in answer["cheapest"]], ("instance", "region", "provider"))
    _question("What changed most in the last 30 days?", "gpuhour changes A100")
    if answer["changes"]:
        _show(_CHANGES, [_change(row) for row in answer["changes"]], ("instance", "provider"))
    else:
        print("Nothing: no price moved, or the history is younger than its first change.")
    _question("What does a million tokens of chat cost, on rented GPUs at full use or by API?", "gpuhour cost --help")
    _show(_TOKENS, [_tokens(row) for row in answer["tokens"]], ("own gpus", "cheapest api"))
    _question("How fresh is this?", "gpuhour doctor")
    print(_freshness(answer))
    print("\nAll commands: gpuhour --help")
    return OK


def _first_steps() -> None:
    print("Nothing is published here yet. Start with one of:")
    print("  gpuhour demo      sample pages, no network, half a minute")
    print("  gpuhour refresh   today's prices from the providers' pages")
    print("  gpuhour --help    all commands")


def _question(text: str, command: str) -> None:
    """Print a question in bold, and the command that asks on."""
    print(f"\n{bold(text)}\n  more: {command}")


def _show(columns: tuple[str, ...], rows: list[tuple[Any, ...]], may_cut: tuple[str, ...]) -> None:
    show(columns, rows, "table", _WIDTH, may_cut)


def _offer(row: dict[str, Any]) -> tuple[Any, ...]:
    memory = f" {row['gpu_memory_gb'].normalize():f}GB" if row["gpu_memory_gb"] is not None else ""
    return (
        row["usd_per_gpu_hour"], f"{row['gpu']}{memory}", row["provider"], row["instance"], row["region"],
        row["providers"],
    )  # fmt: skip


def _change(row: dict[str, Any]) -> tuple[Any, ...]:
    old, new = row["old_usd_per_gpu_hour"], row["new_usd_per_gpu_hour"]
    return (
        pct_text(change_pct(old, new)), old, new, row["gpu"], row["provider"], row["instance"], row["changed_on"],
    )  # fmt: skip


def _tokens(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["model"], rounded(row["own_usd_per_m_tokens"]), rounded(row["api_usd_per_m_tokens"]),
        f"{row['gpus']} at {row['provider']}", row["api"], row["apis"],
    )  # fmt: skip


def _freshness(answer: dict[str, Any]) -> str:
    sources = answer["sources"]
    parts = [f"{sources['read_within_a_week']} of {sources['sources']} sources were read within a week"]
    if sources["without_key"]:
        parts.append(f"{sources['without_key']} need a key that is not set")
    parts.append(f"{sources['prices']} prices are in force")
    parts.append(f"{sources['held']} stated prices are held by the gate")
    return f"As of {answer['as_of']}: {'; '.join(parts)}."
