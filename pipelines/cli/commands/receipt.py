"""`gpuhour receipt`: the archived answer behind a price, as a file of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, published_database, say
from pipelines.cli.optional_parts import needing
from pipelines.cli.options import HomeOption, JsonOption
from pipelines.cli.table_output import show

if TYPE_CHECKING:
    from pipelines.queries.evidence import Evidence

app = App(
    name="receipt", help="Receipts: the archived answer behind a price, as evidence.", result_action="return_value"
)
_SUFFIX = {"warc": ".warc.gz", "wacz": ".wacz"}


@app.command
def export(
    id_: str,
    /,
    *,
    form: Annotated[Literal["warc", "wacz"], Parameter(name="--format")] = "warc",
    output: Annotated[Path | None, Parameter(name=["--output", "-o"], show_default=False)] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Write the archived answer behind a price as a web archive: request, time, headers, body and the receipt's hash.

    Needs the extra `evidence`. The bytes are compared with their hash; docs/evidence.md says how others check them.

    Parameters
    ----------
    id_
        The SHA-256 of a receipt, a series_id (its newest price) or the event_id of a change; 8 digits or more.
    form
        warc, or wacz for viewers such as ReplayWeb.page.
    output
        The file to make or replace (default: gpuhour-<hash>.warc.gz or .wacz in this folder).
    """
    from pipelines.queries.evidence import find_evidence, receipt_of

    with published_database(home) as con:
        sha256 = receipt_of(con, id_)
    evidence = find_evidence(settings.home(home), sha256)
    page = evidence.page
    path = output or Path(f"gpuhour-{page.sha256[:12]}{_SUFFIX[form]}")
    _write(evidence, form, path)
    columns = ("file", "provider", "url", "captured_at", "sha256", "statement")
    row = (str(path), page.provider, page.url, page.captured_at, page.sha256, evidence.statement)
    if as_json:
        show(columns, [row], "json")
    else:
        print(path)
        say(f"{page.url}, {page.captured_at:%Y-%m-%d %H:%M:%S} UTC, SHA-256 {page.sha256}: {evidence.statement}")
    return OK


def _write(evidence: Evidence, form: str, path: Path) -> None:
    from pipelines.queries.evidence import write_wacz, write_warc

    with needing("evidence", "web archives need", "warcio", "wacz"):
        (write_warc if form == "warc" else write_wacz)(evidence, path)
