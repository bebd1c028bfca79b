"""Reads what people wrote for people: amounts with currency and unit, counts, and tables by their header text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bs4 import BeautifulSoup, Tag

from scrapers.model import LayoutError, Page

CURRENCIES = {"$": "USD", "US$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP", "₹": "INR", "INR": "INR"}
_SIGN = r"US\$|\$|€|£|₹|USD|EUR|GBP|INR"
# "2 .0000": Google prints a space before some decimal points.
_NUMBER = r"\d{1,3}(?:[,.\u202f\u00a0' ]\d{3})+(?:[.,]\d+)?|\d+(?:\s?[.,]\d+)?"
_MONEY = re.compile(rf"(?:(?P<before>{_SIGN})\s*(?P<a>{_NUMBER})(?![\d.,]*\d)|(?<![\d.,])(?P<b>{_NUMBER})\s*(?P<after>{_SIGN}))(?!\w*\d)")
_COUNT = re.compile(r"^\s*(?P<n>\d+)\s*[x×]\s+(?P<rest>\S.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as printed: digits, ISO currency, and the words after it ("/ GPU / hr")."""

    amount: Decimal
    currency: str
    unit: str
    text: str


def squash(text: str) -> str:
    """Text with every run of whitespace (non-breaking ones too) as one space."""
    return " ".join(text.split())


def number(text: str) -> Decimal:
    """A printed number: "4,096" -> 4096, "1.189,00" -> 1189.00, "1,35" -> 1.35, "2 .0000" -> 2.0000.

    Raises ValueError when the text is not one number.
    """
    digits = re.sub(r"\s+(?=[.,])", "", text.strip())
    digits = re.sub(r"(?<=\d)[\u202f\u00a0' ](?=\d{3}(?!\d))", "", digits)
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits):
        raise ValueError(f"not a number: {text!r}")
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return Decimal(digits)
    mark, fraction = digits[last], digits[last + 1 :]
    # A comma before exactly three digits groups thousands; so does any mark that stands more than once.
    groups = digits.count(mark) > 1 or (mark == "," and len(fraction) == 3)
    whole = re.sub(r"[.,]", "", digits if groups else digits[:last])
    return Decimal(whole if groups else f"{whole}.{fraction}")


def money(text: str) -> Money | None:
    """The one amount with a currency sign in this text, or None when there is none.

    Raises ValueError when there are several (a range, a struck-through old price) or when one cannot be read.
    """
    flat = squash(text)
    found = list(_MONEY.finditer(flat))
    if not found:
        if re.search(rf"(?:{_SIGN})\s*\d", flat):
            raise ValueError(f"an amount that cannot be read: {flat!r}")
        return None
    if len(found) > 1:
        raise ValueError(f"several amounts where one was expected: {flat!r}")
    hit = found[0]
    sign, digits = (hit["before"], hit["a"]) if hit["before"] else (hit["after"], hit["b"])
    return Money(number(digits), CURRENCIES[sign], flat[hit.end() :].strip(), flat)


def count_prefix(text: str) -> tuple[Decimal | None, str]:
    """"8x NVIDIA H100" -> (8, "NVIDIA H100"); no count -> (None, text)."""
    hit = _COUNT.match(text)
    return (Decimal(hit["n"]), hit["rest"].strip()) if hit else (None, text.strip())


def soup(page: Page) -> BeautifulSoup:
    """The page as a tree (lxml's, forgiving of cut pages)."""
    return BeautifulSoup(page.read(), "lxml")


def words(tag: Tag, drop: str = "sup") -> str:
    """Visible text of an element on one line, without footnote marks."""
    dropped = {id(s) for d in tag.select(drop) for s in d.strings} if drop else set()
    return squash(" ".join(s for s in tag.strings if id(s) not in dropped))


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: cells by header text (upper case, squashed), and the element itself."""

    cells: dict[str, str]
    tag: Tag

    def get(self, *headers: str) -> str | None:
        """Text of the first column whose header contains one of these words; None when no such column is."""
        for wanted in headers:
            for name, text in self.cells.items():
                if wanted in name:
                    return text
        return None


def rows(table: Tag) -> Iterator[Row]:
    """Body rows of a table, keyed by its header row. Nested tables are not entered; short rows are skipped.

    A row with another number of cells than the header (a spanning title, a row cut off mid-way) yields nothing:
    its cells cannot be told apart.
    """
    own = [tr for tr in table.find_all("tr") if tr.find_parent("table") is table]
    header: list[str] = []
    for tr in own:
        cells = tr.find_all(["td", "th"], recursive=False)
        texts = [words(c) for c in cells]
        if not header:
            header = [t.upper() for t in texts]
        elif len(texts) == len(header):
            yield Row(dict(zip(header, texts, strict=True)), tr)


def need(page: Page, found: Tag | None, looked_for: str) -> Tag:
    """The element, or a LayoutError that names what was looked for."""
    if found is None:
        raise LayoutError(page, looked_for, page.text()[:400])
    return found
