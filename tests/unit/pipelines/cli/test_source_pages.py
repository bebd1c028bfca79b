"""docs/sources.md says what the providers' own files say, and every fact says since when and how we know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.cli.source_pages import PAGE, sources_page, terms, write
from scrapers import registry


def test_page_is_current() -> None:
    assert PAGE.read_text() == sources_page(), "run `make sources`"


def test_writing_changes_a_stale_page_once(tmp_path: Path) -> None:
    page = tmp_path / "sources.md"
    page.write_text("stale")
    assert write(page) and not write(page) and page.read_text() == sources_page()


@pytest.mark.parametrize("slug", registry.modules())
def test_facts_have_a_day_and_evidence(slug: str) -> None:
    provider = registry.get(slug)
    for fact in provider.facts:
        assert re.fullmatch(r"20\d\d-[01]\d(-[0-3]\d)?", fact.seen_on) and fact.evidence and fact.text
        assert fact.text[-1] not in ".,;" and fact.evidence[-1] not in ".,;"
    assert terms(provider)


def test_page_names_addresses_keys_and_what_is_asked_instead() -> None:
    section = sources_page().partition("## Salad (`salad`)")[2].partition("\n## ")[0]
    assert "api.salad.com/api/public/organizations/{GPUHOUR_SALAD_ORGANIZATION}/gpu-classes" in section
    assert (
        "needs `GPUHOUR_SALAD_TOKEN` and `GPUHOUR_SALAD_ORGANIZATION`" in section
        and "; else `salad.com/pricing`" in section
    )
    assert "used under the terms of your own account" in section


def test_what_misleads_is_told_of_every_source_whose_answers_did() -> None:
    told_of = {"vast", "lium", "runpod", "jarvislabs", "azure", "oracle", "primeintellect", "e2e", "voltagepark"}
    assert told_of <= {p.slug for p in registry.all_providers() if p.facts}
