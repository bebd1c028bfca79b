"""Option types that commands share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, Token

from pipelines.cli.table_output import Format


def _day(_: Any, tokens: Sequence[Token]) -> date:
    try:
        return date.fromisoformat(tokens[0].value.strip())
    except ValueError as wrong:
        raise ValueError("a UTC day is written YYYY-MM-DD, as in 2026-11-01") from wrong


Day = Annotated[date, Parameter(converter=_day)]
DayOption = Annotated[date | None, Parameter(converter=_day)]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON (same as --format json).")]
HomeOption = Annotated[Path | None, Parameter(name="--home", help="State folder (default: GPUHOUR_HOME, else data/).")]
ExplainOption = Annotated[
    bool,
    Parameter(negative="", help="Show instead where the first number (with --limit: the first ones) comes from."),
]
AccountOption = Annotated[
    bool, Parameter(negative="", help="Print every amount of the page instead: emitted, explained or unexplained.")
]
FormatOption = Annotated[Format, Parameter(name="--format", help="How to print rows.")]


def output_format(style: Format, as_json: bool) -> Format:
    """Return the format to print: --json is short for --format json."""
    return "json" if as_json else style
