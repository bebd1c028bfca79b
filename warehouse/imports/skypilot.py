"""Converts a git checkout of the SkyPilot catalog to the long format: every commit of a cloud's vms.csv is a scrape."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from warehouse.imports.csv_records import Unreadable
from warehouse.imports.git_history import Commit, GitStopped, blobs, commits
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection, DatabaseError, in_memory, quoted, roomy
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.import")
REPO = "skypilot-org/skypilot-catalog"
_VMS = re.compile(r"catalogs/v(\d+)/([A-Za-z0-9_.-]+)/vms\.csv")
_NEEDED = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Region", "Price")
_MAYBE = ("GpuInfo", "AvailabilityZone", "SpotPrice")


@dataclass(frozen=True, slots=True)
class Listing:
    """A cloud's offers as of one commit."""

    commit: str
    committed_at: datetime
    cloud: str
    blob: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """A converted repository: the long format, and unreadable listings, each with the reason."""

    file: Path | None  # None: nothing new
    listings: int
    unreadable: tuple[str, ...]


def listings(history: Iterable[Commit]) -> Iterator[Listing]:
    """Yield each commit's new listing of a cloud, by the newest catalog version that the cloud has at that time.

    Older versions are kept for older programs; where they differ, they are behind.
    """
    versions: dict[str, set[int]] = {}
    for commit in history:
        touched: dict[tuple[str, int], str] = {}
        for change in commit.changes:
            if not (hit := _VMS.fullmatch(change.path)):
                continue
            version, cloud = int(hit[1]), hit[2]
            known = versions.setdefault(cloud, set())
            (known.add if change.blob else known.discard)(version)
            touched[cloud, version] = change.blob
        for (cloud, version), blob in sorted(touched.items()):
            if blob and version == max(versions[cloud]):
                yield Listing(commit.sha, commit.committed_at, cloud, blob)


def known(home: Home, name: str) -> set[tuple[str, str]]:
    """Return (cloud, commit) of all listings landed under this name."""
    folder = home.landing / "pages" / f"import-{name}"
    if not any(folder.glob("*.parquet")):
        return set()
    with in_memory() as con:
        files = quoted(folder / "*.parquet")
        return set(con.execute(f"select provider, sha256 from read_parquet('{files}')").fetchall())  # noqa: S608


def read(repo: Path, room: Path, skip: set[tuple[str, str]], since: date | None) -> Catalog:
    """Write the repository's listings that are not in `skip` as Parquet of the long format into `room`.

    `since`: only commits of that UTC day and later. Raises Unreadable when it is no catalog with its history.
    """
    every = list(listings(commits(repo, "catalogs/*/*/vms.csv")))
    if not every:
        raise Unreadable("has no catalogs/<version>/<cloud>/vms.csv in its history: is it the SkyPilot catalog?")
    wanted = [v for v in every if (v.cloud, v.commit) not in skip and (since is None or v.committed_at.date() >= since)]
    unreadable = []
    with roomy(room) as con, blobs(repo) as contents:
        con.execute(LONG)
        for done, listing in enumerate(wanted):
            if done % 500 == 0:
                log.info("reading commit %s of %s (%s)", done + 1, len(wanted), listing.committed_at.date())
            try:
                contents.write(listing.blob, room / "vms.csv")
                add_listing(con, room / "vms.csv", listing)
            except GitStopped:
                raise
            except (Unreadable, DatabaseError) as wrong:
                unreadable.append(f"{listing.cloud} at {listing.commit[:12]}: {str(wrong).splitlines()[0]}")
        file = room / "catalog.parquet"
        # In one order, so that the same commits make the same file, byte for byte.
        con.execute(f"copy (from long order by all) to '{quoted(file)}' (format parquet, compression zstd)")
        has_rows = con.execute("select count(*) from long").fetchall() != [(0,)]
    return Catalog(file if has_rows else None, len(wanted), tuple(unreadable))


LONG = """
create table long (
    date varchar, provider varchar, region varchar, zone varchar, instance varchar, gpu_name_raw varchar,
    gpu_count varchar, gpu_memory_gib varchar, pricing_model varchar, price_usd_per_hour varchar, price_basis varchar,
    source_repo varchar, source_commit varchar, observed_at varchar
)
"""


def add_listing(con: Connection, file: Path, listing: Listing) -> None:
    """Add a listing's rows. Raises Unreadable for a file that is no vms.csv, DatabaseError for broken CSV."""
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        names = [name.strip() for name in next(csv.reader(stream), [])]
    if missing := [n for n in _NEEDED if n not in names]:
        raise Unreadable(f"has no column {', '.join(missing)}")
    types = ", ".join(f"'{quoted(name)}': 'varchar'" for name in names)
    cells = ", ".join(
        f"coalesce(trim({quote_name(n)}), '') as {n}" if n in names else f"'' as {n}" for n in (*_NEEDED, *_MAYBE)
    )
    scan = (
        f"read_csv('{quoted(file)}', columns = {{{types}}}, auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', comment = '', parallel = false)"
    )
    con.execute(_ROWS.format(cells=cells, scan=scan), {
        "cloud": listing.cloud, "repo": REPO, "commit": listing.commit,
        "day": listing.committed_at.date().isoformat(), "at": listing.committed_at.isoformat(),
    })  # fmt: skip


# A list price holds in all zones of a region and is repeated for each: once is enough. An empty spot price says that
# there is none; an empty list price is a fault of the row, unless another zone's row states the region's.
# Google's accelerators have rows of their own, without the machine around them. Memory is of one GPU: some clouds put
# that of all GPUs there, and some call one GPU's the total, so what does not add up is left out.
_ROWS = r"""
insert into long
with cells as (select {cells} from {scan}),
sized as (
    select
        *,
        try_cast(AcceleratorCount as decimal(18, 6)) as n,
        try_cast(regexp_extract(GpuInfo, 'SizeInMiB\W+(\d+)', 1) as decimal(18, 0)) as mib,
        try_cast(regexp_extract(GpuInfo, 'TotalGpuMemoryInMiB\W+(\d+)', 1) as decimal(18, 0)) as total_mib
    from cells
    where AcceleratorName <> ''
),
vms as (
    select
        *,
        if(n * mib = total_mib, (mib / 1024)::varchar, '') as memory,
        if($cloud = 'gcp' or InstanceType = '', 'gpu_component', 'instance') as basis
    from sized
),
listed as (
    select distinct Region, '' as zone, InstanceType, AcceleratorName, AcceleratorCount, memory, basis,
        'on_demand' as model, Price as price
    from vms
    qualify Price <> '' or count(nullif(Price, '')) over (
        partition by Region, InstanceType, AcceleratorName, AcceleratorCount, memory
    ) = 0
),
spot as (
    select distinct Region, AvailabilityZone as zone, InstanceType, AcceleratorName, AcceleratorCount, memory, basis,
        'spot' as model, SpotPrice as price
    from vms
    where SpotPrice <> ''
)
select
    $day, $cloud, Region, zone, InstanceType, AcceleratorName, AcceleratorCount, memory, model, price, basis, $repo,
    $commit, $at
from (from listed union all from spot)
"""
