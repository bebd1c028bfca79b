"""Option types that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipelines.cli.table_output import Format

JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON (same as --format json).")]
HomeOption = Annotated[Path | None, Parameter(name="--home", help="State folder (default: GPUHOUR_HOME, else data/).")]
FormatOption = Annotated[Format, Parameter(name="--format", help="How to print rows.")]


def output_format(style: Format, as_json: bool) -> Format:
    """Return the format to print: --json is short for --format json."""
    return "json" if as_json else style
