"""Prints what was read from a page: its offers, or the account of its amounts, and why it is not whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipelines.cli.console import OK, PARTIAL, say
from pipelines.cli.table_output import Format, show
from pipelines.serialize import document_as_json

if TYPE_CHECKING:
    from pipelines.ingest.parse_file import FileReading

_MOST_REASONS = 10


def show_reading(reading: FileReading, with_account: bool, style: Format) -> int:
    """Print rows on stdout, or the account instead; reasons go to stderr. Returns 3 for a page that is not whole."""
    from pipelines.ingest.parse_file import COLUMNS

    account = reading.account
    if not with_account:
        show(COLUMNS, reading.rows, style)
    elif style == "json":
        offers = [dict(zip(COLUMNS, row, strict=True)) for row in reading.rows]
        sys.stdout.write(document_as_json({"offers": offers, **account.as_dict()}))
    else:
        show(
            ("verdict", "text", "reason", "path"),
            [(e.verdict, e.text, e.reason, e.path) for e in account.entries],
            style,
        )
    if reading.remark:
        say(reading.remark)
    if account.is_whole:
        return OK
    reasons = list(account.reasons())
    say(f"partial: {len(reasons)} reasons; `--account` shows every amount\n" + "\n".join(reasons[:_MOST_REASONS]))
    return PARTIAL
