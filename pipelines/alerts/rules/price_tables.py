"""The temporary tables that the price rules query: one object per evaluation owns them and fills them on demand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from warehouse.alert_queries import market_query
from warehouse.alert_queries.scope import Dimensions
from warehouse.storage.connection import Connection


class Selection(NamedTuple):
    """The series that the tables hold: those of any scope, restricted further where a field is not None."""

    scopes: Sequence[Dimensions]
    since: date | None = None  # leave out series without events on or after this day
    providers: Collection[str] | None = None
    series_ids: Collection[str] | None = None


class PriceTables:
    """Fills the temporary tables of a connection; nothing else may write them while this object is in use.

    Rules name the selection they need, so the order in which rules run changes only how often tables are filled.
    """

    def __init__(self, con: Connection, decided: Sequence[tuple[str, date]] = ()) -> None:
        """Open the series of a published database; `decided`: (quality event, UTC day) that a person released."""
        self.con = con
        self._selection: Selection | None = None
        market_query.open_series(con, decided)

    def load(self, selection: Selection) -> Connection:
        """Make the tables hold a selection and return the connection to query them with."""
        if selection != self._selection:
            self._selection = None  # until all tables are filled
            market_query.watch(
                self.con,
                selection.scopes,
                since=selection.since,
                providers=selection.providers,
                series=selection.series_ids,
            )
            self._selection = selection
        return self.con

    def narrow(self, selection: Selection, scope: Dimensions) -> Connection:
        """Load a selection and limit the following queries to the series of a scope."""
        con = self.load(selection)
        market_query.narrow(con, scope)
        return con
