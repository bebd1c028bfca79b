"""Places of printed regions: what the clouds call them, what others write, and texts that name no one country."""

from __future__ import annotations

import csv
import re

import pytest

from warehouse.identity.regions import Place, UnknownPlace, continent_name, country_code, place
from warehouse.paths import SEEDS


@pytest.mark.parametrize(
    ("provider", "spellings", "region_id", "country"),
    [
        ("aws", ("us-east-2", "US East (Ohio)"), "us-east-2", "US"),
        ("aws", ("us-east-1", "us-east", "us-east-1b", "US East (N. Virginia)"), "us-east-1", "US"),
        ("aws", ("eu-west-1", "EU (Ireland)", "Europe (Ireland)"), "eu-west-1", "IE"),
        ("azure", ("eastus2", "East US 2", "US East 2"), "eastus2", "US"),
        ("azure", ("brazilsoutheast",), "brazilsoutheast", "BR"),
        ("gcp", ("us-central1", "Iowa (us-central1)", "us-central1-a"), "us-central1", "US"),
        ("oracle", ("eu-frankfurt-1", "Germany Central (Frankfurt)"), "eu-frankfurt-1", "DE"),
    ],
)
def test_spellings_of_a_clouds_region_are_one_region(
    provider: str, spellings: tuple[str, ...], region_id: str, country: str
) -> None:
    found = {place(provider, text) for text in spellings}
    assert {(p.region_id, p.country) for p in found} == {(region_id, country)}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Norway", "NO"), ("EU-SE-1", "SE"), ("Paris", "FR"), ("fr-par-2", "FR"), ("US-TX-3", "US"), ("EUR-IS-1", "IS"),
        ("Kansas City", "US"), ("saltlakecity-usa-1", "US"), ("Montana, US", "US"), ("The Netherlands, NL", "NL"),
        ("Santa Clara, CA", "US"), ("Ontario, CA", "CA"), ("Maharashtra, IN", "IN"), ("Atlanta, Georgia", "US"),
        ("London, Ontario", "CA"), ("New Mexico", "US"), ("Mexico City", "MX"), ("São Paulo", "BR"), ("FIN-01", "FI"),
        ("eu-iceland1-a", "IS"), ("no-luster-1", "NO"), ("uk-southeast-3", "GB"), ("CANADA-2", "CA"), ("nyc1", "US"),
        ("ewr", "US"), ("CA-MTL-1", "CA"), ("Europe (Amsterdam)", "NL"), ("Seoul, South Korea", "KR"), ("US", "US"),
        ("finlandcentral", "FI"), ("US East", "US"), ("id-cgk", "ID"), ("Chubbuck, Idaho, United States", "US"),
    ],
)  # fmt: skip
def test_country_of_a_printed_region(text: str, country: str) -> None:
    assert place("x", text).country == country


@pytest.mark.parametrize(
    "text",
    ["", "global", "unknown-region", "Georgia", "Springfield, IL", "Wilmington, DE", "eu-north1", "me-west-1", "sa-east-1",
     "ap-southeast-2", "Mumbai or Singapore", "US, Canada", "US / EU", "in stock", "no preference", "community cloud",
     "region-1", "CA-SJC-1", "NORTH AMERICA"],
)  # fmt: skip
def test_text_that_names_no_one_country_has_none(text: str) -> None:
    assert place("x", text).country is None


@pytest.mark.parametrize(
    ("text", "continent"),
    [
        ("NORTH AMERICA", "North America"),
        ("eu-north1", "Europe"),
        ("EUROPE", "Europe"),
        ("sa-east-1", None),
        ("", None),
    ],
)
def test_continent_where_no_country_is_named(text: str, continent: str | None) -> None:
    assert place("x", text).continent == continent


def test_what_is_not_stated_is_no_region() -> None:
    assert place("x", "") == place("aws", "unknown") == Place()
    assert place("gcp", "", "us-west1-b").region_id == "us-west1"


def test_names_of_places_are_read_in_any_case() -> None:
    assert country_code("no") == country_code("norway") == country_code("NOR") == "NO"
    assert country_code("South Korea") == "KR" and continent_name("north america") == "North America"
    with pytest.raises(UnknownPlace, match=r"Norway \(NO\)"):
        country_code("Norwey")
    with pytest.raises(UnknownPlace, match="Europe"):
        continent_name("Mars")


def test_seeds_of_places_name_countries_and_sources() -> None:
    tables = {
        name: list(csv.DictReader((SEEDS / f"{name}.csv").read_text().splitlines()))
        for name in ("regions", "cities", "countries")
    }
    known = {row["country"] for row in tables["countries"]}
    assert len(known) == len(tables["countries"]) == 248
    for row in (*tables["regions"], *tables["cities"]):
        assert row["source"] and (row["country"] in known or row["country"] == ""), row
    ids = [(row["provider"], row["region_id"]) for row in tables["regions"]]
    assert len(ids) == len(set(ids))
    codes = [code for row in tables["cities"] for code in row["codes"].split("|") if code]
    assert len(codes) == len(set(codes)) and all(re.fullmatch("[a-z]{2,3}", code) for code in codes)
