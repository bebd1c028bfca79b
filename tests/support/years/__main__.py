"""Runs the years: `python -m tests.support.years` lives through them day by day and stops at the first difference."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests.support import worlds
from tests.support.years.drive import Years, table


def main() -> int:
    """Return 0 where everything published was right, 1 at the first day with differences."""
    parser = argparse.ArgumentParser(prog="years")
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--providers", type=int, default=49)
    parser.add_argument("--offers", type=int, default=61, help="of each provider at the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build-every", type=int, default=1, help="days from one build to the next")
    parser.add_argument("--every", type=int, default=10, help="days between two comparisons of everything")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so many seconds, at the end of a day")
    parser.add_argument("--costs", action="store_true", help="make the tables of costs too: not compared, but timed")
    given = parser.parse_args()
    tables = nullcontext() if given.costs else worlds.prices_only()
    with tables, tempfile.TemporaryDirectory(prefix="years") as folder:
        years = Years(Path(folder), given.seed, given.providers, given.offers, given.build_every)
        differences = years.live(given.days, every=given.every, seconds=given.seconds, progress=sys.stderr)
        print(table(years))
    for line in differences:
        print(line)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
