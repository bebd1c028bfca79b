"""Past months are merged into one file each: facts and tables stay bit for bit, whenever it happens and wherever it stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from pipelines.ingest.known_offers import known_offers
from tests.support import hosted_worlds, throughput_worlds
from tests.support.effort import examples
from tests.support.known import TABLES, known, whole
from tests.support.worlds import extend, offer, put, seen
from warehouse.engine import build_plan
from warehouse.storage import connection, landing_merge, month_files
from warehouse.storage.landing import Seen, landed
from warehouse.storage.landing_merge import merge_all, merges
from warehouse.storage.state_dir import Home

TODAY = date(2026, 5, 20)
START = date(2026, 3, 27)  # five days of March, seven of April
URLS = {"lambda": "https://x.com/a", "oracle": "https://x.com/b"}


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Kill at the given rename or removal of a file; what was done before stays."""
    steps = iter(range(10**9))
    replace, unlink = Path.replace, Path.unlink

    def counted(act: Any) -> Any:
        def run(path: Path, *arguments: Any, **options: Any) -> Any:
            if (path.suffix != ".part" or act is replace) and next(steps) == step:
                raise Killed
            return act(path, *arguments, **options)

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", counted(replace))
        patch.setattr(Path, "unlink", counted(unlink))
        with suppress(Killed):
            yield


def facts(home: Home) -> dict[str, list[Any]]:
    """Return every landed row of both kinds with its types, as a build reads them."""
    kinds = {}
    with connection.in_memory() as con:
        for kind in ("pages", "offers"):
            names = [name for name in landed(home, "pages") if (home.landing / kind / name).exists()]
            files = ", ".join(f"'{home.landing / kind / name}'" for name in names)
            listed = con.execute(
                f"select typeof(r), r::varchar from read_parquet([{files}], union_by_name = true) as r order by all"
            )
            kinds[kind] = listed.fetchall() if names else []
    return kinds


def scrapes(n_days: int, prices: list[str], absent: set[int] = frozenset()) -> list[Seen]:  # type: ignore[assignment]
    looks = []
    for number in range(n_days):
        day = (START + timedelta(days=number)).isoformat()
        for place, (provider, url) in enumerate(URLS.items()):
            if 2 * number + place not in absent:
                price = prices[(number + place) % len(prices)]
                status: Any = "failed" if price == "failed" else "ok"
                looks.append(seen(day, [] if status == "failed" else [offer(price), offer(price, instance="other")],
                                  status=status, provider=provider, url=url))  # fmt: skip
    return looks


def merged(home: Home) -> int:
    wanted = merges(home, TODAY)
    merge_all(home, wanted)
    return len(wanted)


@pytest.mark.slow
@pytest.mark.long
@settings(
    max_examples=examples(1, 10),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@example(prices=["2.00", "1.90"], absent=set(), cuts=[12], kills=[1, 2], late=3)
@given(
    prices=st.lists(st.sampled_from(["2.00", "2.00", "1.90", "2.10", "16.00", "failed"]), min_size=1, max_size=4),
    absent=st.sets(st.integers(0, 23), max_size=6),
    cuts=st.lists(st.integers(1, 24), min_size=1, max_size=2),
    kills=st.lists(st.integers(0, 30), max_size=2),
    late=st.integers(0, 6),
)
def test_merging_changes_no_fact_and_no_table(
    prices: list[str], absent: set[int], cuts: list[int], kills: list[int], late: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    looks = scrapes(12, prices, absent)
    expected, home = Home(tmp_path_factory.mktemp("apart")), Home(tmp_path_factory.mktemp("merged"))
    bounds = sorted({0, *(min(cut, len(looks)) for cut in cuts), len(looks)})
    with connection.in_memory() as con:
        for start, end in pairwise(bounds):
            put(home, *looks[start:end])
            put(expected, *looks[start:end])
            extend(con, home, *TABLES)
            for step in kills:
                with killed_at(step):
                    merged(home)
                assert pairs(facts(home)) == pairs(facts(expected))
                assert not build_plan.plan(con, home).is_whole  # it knows all of it under the new names
            merged(home)
            extend(con, home, *TABLES)
        again = looks[: 2 * late]
        put(home, *again)  # landing the same again writes nothing, in a month's file too
        assert pairs(facts(home)) == pairs(facts(expected))
        assert not build_plan.plan(con, home).is_whole
        grown = known(con)
    assert grown == whole(home) == whole(expected)


def pairs(rows_by_kind: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave out landed_at: both homes were landed moments apart."""
    return {kind: [(t, cut(row)) for t, row in rows] for kind, rows in rows_by_kind.items()}


def cut(row: str) -> str:
    head, found, rest = row.partition("'landed_at': ")
    return head + rest.partition(", ")[2] if found else row


def test_month_that_ended_becomes_one_file_of_each_kind(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *scrapes(12, ["2.00"]))
    assert merges(home, date(2026, 4, 2)) == []  # a refresh over midnight may still write to March
    aside = landed(home, "pages")[0]
    assert sorted(len(merge.parts) for merge in merges(home, TODAY, {aside})) == [4, 5, 7, 7]  # that one stays alone
    assert {merge.month for merge in merges(home, date(2026, 4, 5))} == {"2026-03"}
    before = facts(home)
    assert merged(home) == 4 and merged(home) == 0
    assert facts(home) == before
    assert len(list(home.landing.rglob("*.parquet"))) == 8  # of 48: two providers, months and kinds


def test_parts_that_a_kill_left_beside_their_month_do_not_count(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *scrapes(5, ["2.00"]))
    before, parts = facts(home), {path: path.read_bytes() for path in home.landing.rglob("*.parquet")}
    merged(home)
    for path, content in parts.items():
        assert not path.exists()
        path.write_bytes(content)
    assert facts(home) == before


def test_files_of_another_layout_and_imports_stay_apart(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *scrapes(5, ["2.00"]))
    folder = home.landing / "pages" / "lambda"
    first = min(folder.iterdir())
    with connection.in_memory() as con:  # as an older version landed it
        con.execute(f"copy (select * exclude (detail) from '{first}') to '{first}.old' (format parquet)")
    Path(f"{first}.old").replace(first)
    for kind in ("pages", "offers"):
        (home.landing / kind / "oracle").rename(home.landing / kind / "import-oracle")
    (merge,) = merges(home, TODAY)
    assert merge.provider == "lambda" and len(merge.parts) == 4 and first.name not in merge.parts


def test_merge_that_would_differ_is_refused_and_leaves_the_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    put(home, *scrapes(5, ["2.00"]))
    before, digests = facts(home), iter(range(9))
    monkeypatch.setattr(landing_merge, "_digest", lambda con, files: (next(digests), 0))
    with pytest.raises(landing_merge.MergeDiffers, match="would not have the rows of the 5 files"):
        merged(home)
    monkeypatch.undo()
    assert facts(home) == before and len(list(home.landing.rglob("*.parquet"))) == 20


def test_those_who_look_for_one_landing_find_it_in_its_month(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *scrapes(5, ["2.00", "2.10", "2.20", "2.30", "2.40"]))
    (last,) = [name for name in landed(home, "pages") if name.startswith("lambda/2026-03-31")]
    landing_id = last.removesuffix(".parquet").rpartition("-")[2]
    merged(home)
    assert {str(o.price).rstrip("0") for o in known_offers(home, "lambda", "pricing_page")} == {
        "2.4"
    }  # the newest alone
    folder = home.landing / "offers" / "lambda"
    assert month_files.holders(folder, landing_id) == list(folder.iterdir())
    assert month_files.holders(folder, "0" * 16) == []


def test_lists_of_prices_and_measurements_are_merged_alike(tmp_path: Path) -> None:
    home = Home(tmp_path)
    days = [f"2026-03-0{n}" for n in range(1, 7)]

    def read() -> None:
        for number, day in enumerate(days):
            hosted_worlds.read(home, day, hosted_worlds.both(f"0.{1 + number // 2}", "0.4"))
            throughput_worlds.read(home, day, [throughput_worlds.measured()] * (1 + number % 2))

    def tables() -> list[Any]:
        with hosted_worlds.hosted(home) as con:
            names = (*hosted_worlds.TABLES, "landing.hosted_scrapes", "landing.hosted_prices",
                     "landing.throughput_scrapes", "landing.throughput_rows")  # fmt: skip
            return [con.execute(f"from {name} order by all").fetchall() for name in names]

    read()
    before = tables()
    assert all(before[-4:])
    assert merged(home) == 2 and len(list(home.landing.rglob("*.parquet"))) == 4
    assert tables() == before
    read()  # the same again: nothing lands, and the newest landing is found in its month's file
    assert len(list(home.landing.rglob("*.parquet"))) == 4
    hosted_worlds.read(home, "2026-03-07", hosted_worlds.both("0.3", "0.5"))
    assert len(tables()[-3]) == len(before[-3]) + 1  # one price changed, and it alone is landed
