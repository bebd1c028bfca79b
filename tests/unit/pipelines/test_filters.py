"""Filters by place: stored names from what people type, and help where nothing fits."""

from __future__ import annotations

import pytest

from pipelines.errors import UsageError
from pipelines.queries.filters import PriceFilter


def test_places_are_stored_as_v1_names_them() -> None:
    wanted = PriceFilter(country="norway", continent="north AMERICA")
    assert (wanted.country, wanted.continent) == ("NO", "North America")


@pytest.mark.parametrize(
    ("place", "help_"), [({"country": "Norwey"}, r"Norway \(NO\)"), ({"continent": "Mars"}, "one of Africa")]
)
def test_unknown_place_is_a_usage_error_with_the_nearest_names(place: dict[str, str], help_: str) -> None:
    with pytest.raises(UsageError, match=help_):
        PriceFilter(**place)
