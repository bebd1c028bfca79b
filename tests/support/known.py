"""The price tables of a warehouse, to compare one build with another."""

from __future__ import annotations

from typing import Any

from tests.support.worlds import built
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

# Everything that tells what is known, by public names: inner numbers may differ.
ASKED = {
    "intervals": "select * exclude (landed_at) from v1.price_intervals where source <> 'seed' order by all",
    "changes": "select * exclude (seq) from v1.price_changes where source <> 'seed' order by all",
    "history": "select * exclude (landed_at) from v1.price_history where source <> 'seed' order by all",
    "health": "from v1.source_health order by all",
    "runs": "select s.series_id, s.is_announced, r.* exclude (series_no, first_scrape, last_scrape), a.captured_at, "
    "z.captured_at from intermediate.versions as r join intermediate.series as s using (series_no) "
    "join intermediate.scrapes as a on a.scrape_no = r.first_scrape join intermediate.scrapes as z on z.scrape_no = r.last_scrape order by all",
    "findings": "select s.series_id, f.* exclude (series_no) from intermediate.findings as f "
    "join intermediate.series as s using (series_no) order by all",
    "machines": "select s.series_id, m.* exclude (series_no) from intermediate.machines as m "
    "join intermediate.series as s using (series_no) where not s.is_announced order by all",
    "verdicts": "select s.series_id, v.* exclude (series_no) from intermediate.verdicts as v "
    "join intermediate.series as s using (series_no) order by all",
}
TABLES = (
    "v1.price_intervals", "v1.price_changes", "v1.price_history", "v1.source_health", "intermediate.findings",
    "intermediate.verdicts", "intermediate.versions", "staging.repeated_items", "staging.imported_offers",
    "intermediate.machines",
)  # fmt: skip


def known(con: connection.Connection) -> dict[str, list[Any]]:
    return {name: con.execute(query).fetchall() for name, query in ASKED.items()}


def whole(home: Home) -> dict[str, list[Any]]:
    with built(home, *TABLES) as con:
        return known(con)
