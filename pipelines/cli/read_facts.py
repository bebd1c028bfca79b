"""Reads facts about providers from recorded pages; prints them, or adds them to the seed with --write: make facts."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.ingest.provider_facts import as_csv, facts_of, merged, read_seed, recorded_pages, write_seed
from warehouse.paths import SEEDS

SEED = SEEDS / "provider_facts.csv"


def main(arguments: list[str], seed: Path = SEED) -> int:
    """Read the folders that are named, each with a folder per provider. Returns 0, or 2 when one is missing."""
    folders = [Path(argument) for argument in arguments if argument != "--write"]
    absent = [str(folder) for folder in folders if not folder.is_dir()]
    if absent or not folders:
        print(f"name folders of recorded pages, <folder>/<provider>/...; no such folder: {absent}", file=sys.stderr)
        return 2
    rows = facts_of([page for folder in folders for page in recorded_pages(folder)])
    if "--write" not in arguments:
        sys.stdout.write(as_csv(rows))
        return 0
    before = read_seed(seed)
    after = merged(before, rows)
    changed = write_seed(seed, after)
    new = sum(row not in before for row in after)
    open_ = sum(row["how"] != "read" for row in after)
    print(f"{seed.name}: {new if changed else 0} facts read, {open_} unverified", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
