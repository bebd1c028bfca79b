"""Paths of the state directory: one folder, so that a second warehouse is one variable away.

With a lake (docs/scale.md), the folder is this machine's working copy of what several machines share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lake:
    """Shared by several machines: a catalog in Postgres, and files in a folder or bucket."""

    catalog: str = field(repr=False)  # postgres://user:password@host:port/database
    files: str  # a folder that all machines see under this path, or s3://bucket/prefix


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under GPUHOUR_HOME. Nothing is created here; whoever writes makes its folder."""

    root: Path
    lake: Lake | None = None

    @property
    def pages(self) -> Path:
        """Archived pages, byte for byte."""
        return self.root / "pages"

    @property
    def landing(self) -> Path:
        """Parquet of offers and scrape attempts: the facts that everything else is rebuilt from."""
        return self.root / "landing"

    @property
    def imports(self) -> Path:
        """Rejected rows of imported files, and the working folder of an import."""
        return self.root / "imports"

    @property
    def live_checks(self) -> Path:
        """Reports of `gpuhour providers check --live`, each with the captures that it took."""
        return self.root / "live-checks"

    @property
    def warehouse(self) -> Path:
        """The one database file that only the build opens."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The database file readers open; replaced as a whole."""
        return self.root / "published.duckdb"

    @property
    def ledger(self) -> Path:
        """People's decisions and deliveries: facts that no rebuild brings back."""
        return self.root / "ledger.sqlite"

    @property
    def duckdb_ledger(self) -> Path:
        """The ledger of gpuhour 0.1, copied once into `ledger` and kept."""
        return self.root / "ledger.duckdb"

    @property
    def refreshed(self) -> Path:
        """The time at which a refresh last published, as text."""
        return self.root / "refreshed_at"

    @property
    def disk_use(self) -> Path:
        """How much each part took on each day, a line of JSON a day: `gpuhour doctor` extrapolates from it."""
        return self.root / "disk_use.jsonl"

    @property
    def bills(self) -> Path:
        """Bills that their owner keeps: never published, exported or backed up, and readable by nobody else."""
        return self.root / "bills"

    @property
    def exports(self) -> Path:
        """Parquet and CSV of every mart."""
        return self.root / "exports"

    @property
    def report(self) -> Path:
        """The site that people read."""
        return self.root / "report"

    @property
    def locks(self) -> Path:
        """Lock files between processes."""
        return self.root / "locks"

    @property
    def lake_notes(self) -> Path:
        """Notes on what this working copy of a lake was last brought up to."""
        return self.root / "lake"
