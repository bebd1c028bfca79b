"""Formats one object's facts for a terminal: a name and value per line, wrapped, nested facts indented."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.cli.table_output import Format, cell, rounded, show
from pipelines.errors import UsageError


def detail_text(facts: Mapping[str, Any]) -> str:
    """Return facts as lines, without empty ones. Values may be mappings, or lists of mappings or texts."""
    width = max(shutil.get_terminal_size((100, 24)).columns, 40)
    return "".join(f"{line}\n" for line in _lines(facts, "", width))


def print_explanation(facts: Mapping[str, Any], style: Format) -> None:
    """Print what a number rests on, as text or JSON. Raises UsageError for CSV."""
    if style == "csv":
        raise UsageError("--explain prints text, or JSON with --json; CSV has no room for what explains a number")
    if style == "json":
        show(list(facts), [tuple(facts.values())], "json")
    else:
        print(detail_text(_rounded(facts)), end="")


def _rounded(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _rounded(value) if isinstance(value, Mapping) else rounded(value) for name, value in facts.items()}


def _lines(facts: Mapping[str, Any], indent: str, width: int) -> Iterator[str]:
    shown = {name: value for name, value in facts.items() if value not in (None, "", [], {})}
    wide = max((len(n) for n, v in shown.items() if not isinstance(v, (Mapping, list))), default=0)
    for name, value in shown.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}"
            yield from _lines(value, indent + "  ", width)
        elif isinstance(value, list):
            yield f"{indent}{name}"
            for item in value:
                yield from _item(item, indent + "  ", width)
        else:
            yield from _wrapped(cell(value, None), f"{indent}{name.ljust(wide)}  ", width)


def _item(item: Any, indent: str, width: int) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield from _wrapped(cell(item, None), f"{indent}- ", width)
        return
    for number, line in enumerate(_lines(item, indent + "  ", width)):
        yield line if number else f"{indent}- {line[len(indent) + 2 :]}"


def _wrapped(text: str, before: str, width: int) -> list[str]:
    """Wrap text; URLs and hashes are never broken, so that they can be copied."""
    return textwrap.wrap(
        text,
        max(width, len(before) + 20),
        initial_indent=before,
        subsequent_indent=" " * len(before),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [before.rstrip()]
