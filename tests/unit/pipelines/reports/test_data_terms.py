"""The terms of the published data, from one setting."""

from __future__ import annotations

import pytest

from pipelines.reports.data_terms import MIT, DataTerms, data_terms


@pytest.mark.parametrize(
    ("setting", "terms"),
    [
        ("", MIT),
        ("CC BY 4.0 https://creativecommons.org/licenses/by/4.0/",
         DataTerms("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")),
        ("Ask us first", DataTerms("Ask us first")),
        ("https://example.com/terms", DataTerms("https://example.com/terms", "https://example.com/terms")),
        ("Mine javascript:alert(1)", DataTerms("Mine javascript:alert(1)")),
    ],
)  # fmt: skip
def test_words_and_an_address(setting: str, terms: DataTerms) -> None:
    assert data_terms(setting) == terms
