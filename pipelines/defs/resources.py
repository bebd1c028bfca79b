"""The resource that runs share: the state folder and, for a replay, the folder of recorded captures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg

from pipelines import settings
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from warehouse.storage.state_dir import Home


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where a run reads and writes. Empty strings mean the environment's setting and live fetching."""

    home: str = ""  # state folder; empty: GPUHOUR_HOME, else data/ in the checkout
    replay: str = ""  # folder of recorded captures; empty: fetch from the network
    replay_day: str = ""  # ISO date that a replay pretends; empty: each capture keeps its own
    may_retry: bool = True  # whether Dagster may retry a failed step in a new process

    def state(self) -> Home:
        """Return the state folder."""
        return settings.home(Path(self.home) if self.home else None)

    @property
    def is_replay(self) -> bool:
        """Return whether pages come from recorded captures."""
        return bool(self.replay)

    def fetcher(self) -> Fetcher:
        """Return a fetcher that archives under the state folder; use it as a context manager."""
        day = date.fromisoformat(self.replay_day) if self.replay_day else None
        return Fetcher(Archive(self.state().root), Replay(Path(self.replay), day) if self.replay else None)
