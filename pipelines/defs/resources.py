"""The resource that runs share: the state folder and, for a replay, the folder of recorded captures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

    @contextmanager
    def sharing(self, slug: str, day: date | None = None) -> Iterator[None]:
        """With a lake: first bring what is known of a provider or list, at last hand over what landed of it.

        day: a past UTC day whose archived pages are read again.
        """
        home = self.state()
        if not home.lake:
            yield
            return
        from warehouse.storage import lake_copy

        try:
            lake_copy.begin_scrape(home, home.lake, slug, day)
            try:
                yield
            finally:  # a failed attempt is a fact too
                lake_copy.end_scrape(home, home.lake, slug)
        except lake_copy.FAILURES as failed:  # without its cause, whose text is the server's
            raise dg.Failure(str(failed), allow_retries=self.may_retry) from None

    @property
    def is_replay(self) -> bool:
        """Return whether pages come from recorded captures."""
        return bool(self.replay)

    def recorded(self) -> Replay:
        """Return the captures of a replay. Raises FetchError where there are none."""
        return Replay(Path(self.replay), date.fromisoformat(self.replay_day) if self.replay_day else None)

    def fetcher(self) -> Fetcher:
        """Return a fetcher that archives under the state folder; use it as a context manager."""
        return Fetcher(Archive(self.state().root), self.recorded() if self.is_replay else None)
