"""Converts public catalogs to the long format, so that they land and are checked like any import."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from scrapers.model import Page, ScrapeError
from warehouse.identity.providers import provider_slug
from warehouse.imports import skypilot
from warehouse.imports.csv_records import Unreadable
from warehouse.storage.connection import Connection, DatabaseError, quoted, roomy

SOURCE = "crosscheck"  # prefix of the sources of everything landed from catalogs
_REPOS = {"gpuhunt": "dstackai/gpuhunt", "skypilot": skypilot.REPO, "ec2instances": "vantage-sh/ec2instances.info"}
Stated = Iterable[dict[str, str]] | None  # rows of the long format without what the page tells; None: a vms.csv


def read(pages: Iterable[tuple[Page, Stated]], room: Path) -> tuple[Path | None, list[str]]:
    """Write the catalogs' rows as Parquet of the long format into `room`.

    `page.provider` is the catalog, `page.source` the cloud as it calls it. Returns the file (None: nothing stated) and
    what could not be read, each with its reason.
    """
    unreadable = []
    with roomy(room) as con:
        con.execute(skypilot.LONG)
        for page, rows in pages:
            try:
                if rows is None:
                    (room / "vms.csv").write_bytes(page.read())
                    cloud = provider_slug(page.source)
                    listing = skypilot.Listing(page.sha256, page.captured_at, cloud, "")
                    skypilot.add_listing(con, room / "vms.csv", listing)
                else:
                    _insert(con, page, room, rows)
            except (Unreadable, DatabaseError, ScrapeError) as wrong:
                unreadable.append(f"{page.provider}: {page.url}: {str(wrong).splitlines()[0]}")
        file = room / "catalogs.parquet"
        con.execute(f"copy (from long order by all) to '{quoted(file)}' (format parquet, compression zstd)")
        has_rows = con.execute("select count(*) from long").fetchall() != [(0,)]
    return file if has_rows else None, unreadable


def _insert(con: Connection, page: Page, room: Path, rows: Iterable[dict[str, str]]) -> None:
    names = [name for name, *_ in con.execute("describe long").fetchall()]
    page_facts = dict.fromkeys(names, "") | {
        "date": page.captured_at.date().isoformat(), "observed_at": page.captured_at.isoformat(),
        "provider": provider_slug(page.source), "price_basis": "instance", "source_repo": _REPOS[page.provider],
        "source_commit": page.sha256[:40],
    }  # fmt: skip
    file = room / "rows.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        out = csv.DictWriter(stream, names, lineterminator="\n", quoting=csv.QUOTE_ALL)
        out.writerows(page_facts | row for row in rows)
    if not file.stat().st_size:
        raise Unreadable("lists no machine with a GPU")
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    options = "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'"
    scan = f"read_csv('{quoted(file)}', columns = {{{columns}}}, {options})"
    con.execute(f"insert into long select distinct * from {scan}")  # noqa: S608 -- a file and names of ours
