"""Reads the EC2 bulk price list as CSV (GBs) by looking only at the lines that can matter."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.json_stream import may_be_cut
from scrapers.providers.aws.accelerators import is_accelerated
from scrapers.providers.aws.price_list import PriceListRow, is_plain_product, key, offers

_BLOCK = 16 << 20
_PREAMBLE = 20  # lines to look at for the header; AWS writes five before it
_NEEDED = (
    *("sku", "offertermcode", "termtype", "unit", "priceperunit", "currency"),
    *("instancetype", "operatingsystem", "tenancy"),
)
# Values of the column "Instance Family" that every accelerated instance has: `bytes.find` visits only their lines.
# Gaudi's family is not documented, so its type is searched for too: where it can be, by the usage type, since a long
# word is found at half the cost of a short one that begins with the commonest byte.
_FAMILIES = (b'"GPU instance"', b'"Machine Learning ASIC Instances"', b"BoxUsage:dl1.")
_FAMILIES_WITHOUT_USAGE = (*_FAMILIES[:2], b'"dl1.')


class _Irregular(Exception):
    """A line that is not one row (a quoted line break): only a full CSV reader can separate the rows."""


def read(page: Page) -> Iterator[Offer]:
    """Yield the offers of a price list file, in a few blocks of memory. Raises LayoutError when columns are missing."""
    header = _header(page)
    try:
        lines = list(_quick(page, header)) if "instancefamily" in header else []
    except _Irregular:
        lines = []
    # No match may also mean that AWS renamed its families: search again by instance type.
    yield from offers(lines or _slow(page, header), "price_list")


def excerpt(page: Page) -> Iterator[bytes]:
    """Yield a price list's lines up to its header and those that `read` reads, byte for byte."""
    header = _header(page)
    with page.open() as stream:
        for _ in range(_PREAMBLE):
            line = stream.readline(1 << 20)
            yield line
            if [key(cell) for cell in next(csv.reader([_text(line)]), [])] == header:
                break
    for raw in _candidates(page, header):
        yield raw + b"\n"


def _header(page: Page) -> list[str]:
    cells: list[str] = []
    with page.open() as stream:
        for _ in range(_PREAMBLE):
            cells = [key(cell) for cell in next(csv.reader([_text(stream.readline(1 << 20))]), [])]
            if "sku" in cells and "priceperunit" in cells:
                break
    missing = [name for name in _NEEDED if name not in cells]
    if missing:
        raise LayoutError(page, f"price list columns {missing}", ",".join(cells))
    return cells


def _decoded(line: bytes) -> str:
    return line.decode("utf-8-sig", errors="replace")


def _text(line: bytes) -> str:
    return _decoded(line).rstrip("\r\n")


def _quick(page: Page, header: list[str]) -> Iterator[PriceListRow]:
    make = _maker(header)
    for raw in _candidates(page, header):
        cells = next(csv.reader([_text(raw)]))
        if raw.count(b'"') % 2 or len(cells) != len(header):
            raise _Irregular
        if line := make(cells):
            yield line


def _candidates(page: Page, header: list[str]) -> Iterator[bytes]:
    families = _FAMILIES if "usagetype" in header else _FAMILIES_WITHOUT_USAGE
    rest = b""
    with page.open() as stream:
        while block := stream.read(_BLOCK):
            block = rest + block
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            if len(rest) > _BLOCK:
                raise LayoutError(page, "line ends in the price list", _text(rest[:400]))
            for family in families:
                yield from _lines_with(family, block, end)
    if rest and not may_be_cut(page) and len(next(csv.reader([_text(rest)]))) != len(header):
        raise LayoutError(page, "a whole last row", _text(rest))
    if _is_whole(page, rest):
        yield from (line for family in families for line in _lines_with(family, rest + b"\n", len(rest) + 1))


def _lines_with(word: bytes, block: bytes, end: int) -> Iterator[bytes]:
    """Yield the lines with a word that can be relevant: each of those holds two more words in quotes.

    Searching the bytes in place is far cheaper than copying lines, and that than splitting 90 cells.
    """
    find = block.find
    at = find(word, 0, end)
    while at >= 0:
        start, stop = block.rfind(b"\n", 0, at) + 1, find(b"\n", at)
        if find(b'"Linux"', start, stop) >= 0 and (
            find(b'"Shared"', start, stop) >= 0 or find(b'.metal"', start, stop) >= 0
        ):
            yield block[start:stop]
        at = find(word, stop, end)


def _is_whole(page: Page, last: bytes) -> bool:
    """Check that a last line without line end is complete: in a cut file only a closed quote shows a cell's end."""
    return last.endswith((b'"', b"\n")) or not may_be_cut(page)


def _slow(page: Page, header: list[str]) -> Iterator[PriceListRow]:
    make, instance = _maker(header), header.index("instancetype")
    is_header_past = False
    with page.open() as stream:
        rows = csv.reader((_decoded(line) for line in stream if _is_whole(page, line)), strict=True)
        for cells in _to_the_end(page, rows):
            if not is_header_past:
                is_header_past = [key(cell) for cell in cells] == header
            elif len(cells) == len(header):
                if is_accelerated(cells[instance]) and (line := make(cells)):
                    yield line
            elif cells and not may_be_cut(page):
                raise LayoutError(page, f"{len(header)} cells in a row", ",".join(cells))


def _to_the_end(page: Page, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        if not ("unexpected end" in str(error) and may_be_cut(page)):
            raise LayoutError(page, "rows of quoted cells", str(error)) from error


def _maker(header: list[str]) -> Callable[[list[str]], PriceListRow | None]:
    def make(cells: list[str]) -> PriceListRow | None:
        row = dict(zip(header, cells, strict=True))
        if row["termtype"] not in ("OnDemand", "Reserved") or not is_plain_product(row):
            return None
        return PriceListRow(
            product=row,
            sku=row["sku"],
            term_code=row["offertermcode"],
            is_reserved=row["termtype"] == "Reserved",
            unit=row["unit"],
            price=row["priceperunit"],
            currency=row["currency"],
            description=row.get("pricedescription", ""),
            effective=row.get("effectivedate", ""),
            lease=row.get("leasecontractlength", ""),
            purchase=row.get("purchaseoption", ""),
            offering_class=row.get("offeringclass", ""),
        )

    return make
