"""Resolves printed regions to places: canonical region, country and continent; what the text does not say is None.

Regions of the large clouds are in seeds/regions.csv, by id and by name. Elsewhere the text itself must name a country,
a state, a city, or carry an ISO code where codes stand ("EU-SE-1", "fr-par-2", "Montana, US").
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from warehouse.paths import SEEDS

# Parts of the world, before codes.
_AREAS = {"eu", "eur", "na", "ap", "apac", "asia", "sea", "europe", "emea", "sa", "me", "af", "oc", "latam"}
_CONTINENTS = {
    "eu": "Europe", "eur": "Europe", "europe": "Europe", "asia": "Asia", "africa": "Africa", "oc": "Oceania",
    "oceania": "Oceania", "north america": "North America", "northamerica": "North America",
    "south america": "South America", "southamerica": "South America",
}  # fmt: skip
_UNSTATED = {"", "unknown", "unknown region", "n a", "na", "none", "any", "null"}
# ISO codes that are also codes of American states: at the end of "Springfield, IL" they name no country.
_STATES = frozenset(
    {
        "al", "ak", "az", "ar", "ca", "co", "ct", "de", "fl", "ga", "hi", "id", "il", "in", "ia", "ks", "ky", "la",
        "me", "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj", "nm", "ny", "nc", "nd", "oh", "ok",
        "or", "pa", "ri", "sc", "sd", "tn", "tx", "ut", "vt", "va", "wa", "wv", "wi", "wy", "dc",
    }
)  # fmt: skip
_USUAL = {"ca", "de", "in", "id", "il"}  # of these, the ones that region codes begin with
_DIRECTIONS = re.compile(r"^(?:north|south|east|west|central)+|(?:north|south|east|west|central|middle)+$")
# Words as well as codes.
_ENGLISH = frozenset({"ad", "am", "as", "at", "be", "by", "do", "in", "is", "it", "la", "me", "my", "no", "so", "to"})
_BETWEEN = re.compile(r"\s*(?:/|&|;|\bor\b|\band\b)\s*")
_LONGEST = 5  # words of a name


@dataclass(frozen=True, slots=True)
class Place:
    """Where an offer is: the provider's canonical region, ISO 3166 alpha-2 country, continent; None where unknown."""

    region_id: str | None = None
    country: str | None = None
    continent: str | None = None


class UnknownPlace(Exception):
    """No country or continent has this name; the message suggests."""


def _words(text: str) -> list[str]:
    """Return words and numbers in lower case without accents: sao, paulo of "São Paulo"; fr, par, 2 of "fr-par-2"."""
    return re.findall(r"[a-z]+|\d+", _plain(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()


def _key(text: str) -> str:
    return "".join(_words(text))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SEEDS / name).open(newline="") as stream:
        yield from csv.DictReader(stream)


@cache
def _listed(provider: str) -> dict[str, tuple[str, str]]:
    """Return a cloud's regions by every spelling: (region id, country)."""
    spellings = {}
    for row in _rows("regions.csv"):
        if row["provider"] == provider:
            for name in (row["region_id"], *row["names"].split("|")):
                spellings[_key(name)] = row["region_id"], row["country"]
    spellings.pop("", None)
    return spellings


@cache
def _continents() -> dict[str, str]:
    return {row["country"]: row["continent"] for row in _rows("countries.csv")}


@cache
def _countries() -> dict[str, str]:
    """Return ISO codes of countries by name, as ISO and people write it, and by three-letter code."""
    import pycountry  # reads its lists from files: only who asks for places pays

    also = {row["country"]: row["also"].split("|") for row in _rows("countries.csv")}
    codes: dict[str, str] = {}
    for country in pycountry.countries:
        names = [country.name, country.alpha_3, getattr(country, "common_name", ""), *also.get(country.alpha_2, ())]
        codes |= {" ".join(_words(name)): country.alpha_2 for name in names if name}
    return codes


@cache
def _subdivisions(country: str) -> frozenset[str]:
    """Return the names of a country's states or provinces."""
    import pycountry

    parts: Any = pycountry.subdivisions
    return frozenset(" ".join(_words(part.name)) for part in parts.get(country_code=country) or ())


def _with_glued(names: dict[str, str]) -> dict[str, str]:
    """Add the names of more than four letters without spaces, as in "saltlakecity-usa-2"."""
    return {name.replace(" ", ""): country for name, country in names.items() if len(name) > 4} | names


@cache
def _regions() -> dict[str, str]:
    """Return countries by the names of countries, and of American and Canadian states."""
    states = {name: country for country in ("US", "CA") for name in _subdivisions(country)}
    names = _with_glued(states | _countries() | {"us": "US", "uk": "GB"})
    names.pop("georgia")  # a country and a state
    return names


@cache
def _cities() -> dict[str, str]:
    return _with_glued({row["city"]: row["country"] for row in _rows("cities.csv")})


@cache
def _city_codes() -> dict[str, str]:
    return {code: row["country"] for row in _rows("cities.csv") for code in row["codes"].split("|") if code}


@lru_cache(maxsize=65_536)
def place(provider: str, region: str, zone: str = "") -> Place:
    """Return the place of a printed region, or of the zone where no region is printed."""
    text = (region or zone).strip()
    words = _words(text)
    if " ".join(words) in _UNSTATED:
        return Place()
    if listed := _of_cloud(provider.lower(), text):
        return Place(listed[0], listed[1] or None, _continents().get(listed[1]))
    country = _country(text, words)
    region_id = "-".join(re.findall(r"[a-z0-9]+", _plain(text)))
    return Place(region_id, country, _continents()[country] if country else _continent(words))


def _of_cloud(provider: str, text: str) -> tuple[str, str] | None:
    """Return (region id, country) of a listed region, also where its zone or its id beside other words is printed."""
    listed = _listed(provider)
    candidates = [text, *re.findall(r"[a-z]+(?:-[a-z]+)*-?\d+(?!\S*-[a-z]{3})", text.lower())]
    for candidate in candidates:
        code = re.fullmatch(r"(.*\d)-?[a-f]", candidate.lower())  # "us-east-1b", "us-central1-a"
        for spelling in (candidate, code[1] if code else ""):
            if region := listed.get(_key(spelling)):
                return region
    return None


def _country(text: str, words: list[str]) -> str | None:
    """Return the country that a text states; None where it states none, or two."""
    if not words:
        return None
    pieces = [piece for piece in _BETWEEN.split(text) if _words(piece)]
    if len(pieces) > 1:
        countries = {_country(piece, _words(piece)) for piece in pieces}
        return countries.pop() if len(countries) == 1 else None
    letters = [word for word in words if word.isalpha()]
    named = _named(letters, _regions())
    by_code = _last_code(text, named) or ("" if named else _first_code(text, words)) or ""
    stated = {by_code} if by_code in named else named | {by_code} - {""}
    in_cities = {_city_codes()[letters[0]]} if len(letters) == 1 and letters[0] in _city_codes() else set()
    in_cities = in_cities or _named(letters, _cities())
    if by_code and not named:
        in_cities |= {_city_codes()[word] for word in letters[1:] if word in _city_codes()}
    if len(stated) == 1:
        # A named country or state says where the city is (Paris, Texas); a code does not (CA-SJC).
        return None if by_code and not named and in_cities - stated else next(iter(stated))
    return next(iter(in_cities)) if not stated and len(in_cities) == 1 else None


def _named(letters: list[str], names: dict[str, str]) -> set[str]:
    """Return the countries of all names in the words, longest names first: New Mexico is not Mexico."""
    countries: set[str] = set()
    taken: set[int] = set()
    for size in range(min(_LONGEST, len(letters)), 0, -1):
        for start in range(len(letters) - size + 1):
            span = set(range(start, start + size))
            name = " ".join(letters[start : start + size])
            country = names.get(name) or (names.get(_DIRECTIONS.sub("", name)) if size == 1 else None)
            # "US-IND-1": three letters may be a state's or a city's code; only the first word is a country's then.
            is_code = len(name) == 3 and start > 0 and name not in ("usa", "uae")
            if country and not span & taken and not is_code:
                countries.add(country)
                taken |= span
    return countries


def _last_code(text: str, named: set[str]) -> str | None:
    """Return the country of a code after the last comma: "Montana, US"; "Springfield, IL" has none."""
    hit = re.search(r",\s*([A-Za-z]{2})$", text.strip())
    code = hit[1].upper() if hit else ""
    if code not in _continents():
        return None
    before = " ".join(_words(text[: hit.start()] if hit else ""))
    is_sure = code.lower() not in _STATES or code in named or before in _subdivisions(code)
    return code if is_sure else None


def _first_code(text: str, words: list[str]) -> str | None:
    """Return the country of an ISO code that a region code begins with, or that follows a part of the world."""
    codes = words[1:2] if words[0] in _AREAS and len(words) > 1 else words[:1]
    code = codes[0]
    is_alone = len(words) == 1
    if len(code) != 2 or code.upper() not in _continents() or (code in _AREAS and not is_alone):
        return None
    if code in _STATES and code not in _USUAL:
        return None
    if not re.match(r"[A-Za-z]+[-_\d]", text) and not (is_alone and (text.isupper() or code not in _ENGLISH)):
        return None  # the first word of a sentence
    return code.upper()


def _continent(words: list[str]) -> str | None:
    letters = [word for word in words if word.isalpha()]
    return _CONTINENTS.get(" ".join(letters)) or (_CONTINENTS.get(letters[0]) if letters else None)


def country_code(text: str) -> str:
    """Return the ISO code of a country by code or English name. Raises UnknownPlace with the nearest names."""
    if text.strip().upper() in _continents():
        return text.strip().upper()
    name = " ".join(_words(text))
    if code := _countries().get(name):
        return code
    raise UnknownPlace(f"unknown country {text!r}{_nearest(name, _countries())}")


def continent_name(text: str) -> str:
    """Return a continent's name as stored. Raises UnknownPlace with the names there are."""
    names = {" ".join(_words(name)): name for name in sorted(set(_continents().values()))}
    if name := names.get(" ".join(_words(text))):
        return name
    raise UnknownPlace(f"unknown continent {text!r}; one of {', '.join(names.values())}")


def _nearest(name: str, names: dict[str, str]) -> str:
    close = [near for near in difflib.get_close_matches(name, names, n=5, cutoff=0.5) if len(near) > 3]
    by_code = {names[near]: near.title() for near in reversed(close)}  # the nearest of a country's names
    shown = [f"{by_code.pop(names[near])} ({names[near]})" for near in close if names[near] in by_code]
    return f"; nearest: {', '.join(shown[:3])}" if shown else ""
