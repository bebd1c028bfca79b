"""Writes what a live check saw as one Markdown page, for people who repair parsers and commit captures."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipelines.ingest.live_check import STATES, SourceCheck, State
from scrapers.model import clip

FILE = "report.md"
_TITLES: dict[State, tuple[str, str]] = {
    "failed": (
        "Failed",
        "The page could not be had, or is in a layout that nothing reads. Repair the parser, or try again.",
    ),
    "blocked": (
        "Blocked",
        "A bot wall, or robots.txt. Never work around it: find another source of the provider, or ask it.",
    ),
    "moved": ("Moved", "The page is at another address, or at none that is known. Change the provider's request."),
    "partial": ("Read in part", "Prices are missing, or may be. Compare the capture with the recorded one."),
    "general_reader": ("Read by the general reader", "The provider's own parser does not know this layout."),
    "needs_key": ("Needs a key", "Set the variable that the message names (.env.example)."),
    "ok": ("Read", "As recorded."),
}


def new_folder(root: Path) -> Path:
    """Make the folder of a report that begins now, with a number if another began this second. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    for folder in (root / name, *(root / f"{name}-{n}" for n in range(2, _MOST_AT_ONCE))):
        with suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise FileExistsError(f"{root}: {_MOST_AT_ONCE} reports began in one second")


_MOST_AT_ONCE = 100


def summary(checks: Sequence[SourceCheck]) -> str:
    """Return the number of sources in each state, in a few words."""
    counts = Counter(check.state for check in checks)
    states = ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in STATES if counts[state])
    n_providers = len({check.provider for check in checks})
    return f"{len(checks)} sources of {n_providers} providers: {states or 'none'}"


def write(folder: Path, checks: Sequence[SourceCheck]) -> Path:
    """Write the report; return its path. Raises OSError."""
    lines = ["# Live check", "", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. {summary(checks)}.", ""]
    for state, (title, advice) in _TITLES.items():
        of_state = [check for check in checks if check.state == state]
        if of_state:
            lines += [
                f"## {title} ({len(of_state)})",
                "",
                advice,
                "",
                "| source | prices | page | what |",
                "|---|---|---|---|",
            ]
            lines += [_line(check) for check in of_state] + [""]
    captured = sorted(check.capture for check in checks if check.capture)
    if captured:
        lines += [
            "## Captures", "",
            "Each folder below `captures/` is ready for `tests/captures/`: cut the page down to what matters, check",
            "every row of `offers.json` by hand (where there is none, repair the parser and run `make golden`), and",
            "commit it.",
            "", *(f"- `{Path(path).relative_to(folder).as_posix()}`" for path in captured), "",
        ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    return folder / FILE


def _line(check: SourceCheck) -> str:
    address = _plain(check.url, 300) + (f" → {_plain(check.answered_by, 300)}" if check.answered_by else "")
    return (
        f"| {check.provider} {_plain(check.source, 60)} | {check.n_prices} | {address} | {_plain(check.detail, 600)} |"
    )


def _plain(text: str, limit: int) -> str:
    """Return text that Markdown shows as it is: a page's words must not make links, tags or cells."""
    return re.sub(r"([\\`*_\[\]|#!])", r"\\\1", html.escape(clip(text, limit), quote=False))
