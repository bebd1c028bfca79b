"""Reads amounts with currency and unit, printed numbers and counts, and the visible text of HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bs4 import BeautifulSoup, Tag

from scrapers.model import LayoutError, Page

CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR"}
CURRENCIES |= {code: code for code in CURRENCIES.values()}
_SIGN = r"US\$|\$|€|£|₹|USD|EUR|GBP|INR"
# "2 .0000": Google prints a space before some decimal points.
_NUMBER = r"\d{1,3}(?:[,.\u202f\u00a0' ]\d{3})+(?:[.,]\d+)?|\d+(?:\s?[.,]\d+)?"
_MONEY = re.compile(
    rf"(?:(?P<before>{_SIGN})\s*(?P<a>{_NUMBER})(?![\d.,]*\d)|(?<![\d.,])(?P<b>{_NUMBER})\s*(?P<after>{_SIGN}))(?!\w*\d)"
)
BOUND = re.compile(r"\b(?:from|start(?:s|ing)?|as low as|up to|save)\b", re.IGNORECASE)
_COUNT = re.compile(r"^\s*(?P<n>\d+)\s*[x×]\s+(?P<rest>\S.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as printed: digits, ISO currency, and the words after it ("/ GPU / hr")."""

    amount: Decimal
    currency: str
    unit: str
    text: str


_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF5E} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Return a text with full-width digits, letters and signs ("３，０４６円／月") as the usual ones."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def squash(text: str) -> str:
    """Collapse every run of whitespace (non-breaking ones too) into one space."""
    return " ".join(text.split())


def number(text: str) -> Decimal:
    """Read a printed number: "4,096" -> 4096, "1.189,00" -> 1189.00, "1,35" -> 1.35, "2 .0000" -> 2.0000.

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
    # A comma before exactly three digits groups thousands, but not after a zero ("0,919"); so does a repeated mark.
    groups = digits.count(mark) > 1 or (mark == "," and len(fraction) == 3 and not digits.startswith("0"))
    whole = re.sub(r"[.,]", "", digits if groups else digits[:last])
    return Decimal(whole if groups else f"{whole}.{fraction}")


def money(text: str) -> Money | None:
    """Read the one amount with a currency sign in a text; None when there is none.

    Raises ValueError when there are several (a range, a struck-through old price) or when one cannot be read.
    """
    flat = squash(text)
    hits = list(_MONEY.finditer(flat))
    if not hits:
        if re.search(rf"(?:{_SIGN})\s*\d", flat):
            raise ValueError(f"an amount that cannot be read: {flat!r}")
        return None
    if len(hits) > 1:
        raise ValueError(f"several amounts where one was expected: {flat!r}")
    hit = hits[0]
    sign, digits = (hit["before"], hit["a"]) if hit["before"] else (hit["after"], hit["b"])
    return Money(number(digits), CURRENCIES[sign], flat[hit.end() :].strip(), flat)


def count_amounts(text: str) -> int:
    """Count the amounts with a currency sign, readable or not: a reader of one must leave none over."""
    return len(re.findall(rf"(?:{_SIGN})\s*\d|\d\s*[€₹]", squash(text)))


def price(page: Page, text: str) -> Money | None:
    """Read the price that a cell states; None when it states none, zero, or only a bound ("from $2.49").

    Raises LayoutError when the cell holds amounts that are not one price.
    """
    try:
        amount = money(text)
    except ValueError as error:
        raise LayoutError(page, "one amount in a price cell", str(error)) from error
    return None if amount is None or not amount.amount or BOUND.search(amount.text) else amount


def count_prefix(text: str) -> tuple[Decimal | None, str]:
    """Split a leading count off a label: "8x NVIDIA H100" -> (8, "NVIDIA H100"); no count -> (None, text)."""
    hit = _COUNT.match(text)
    return (Decimal(hit["n"]), hit["rest"].strip()) if hit else (None, text.strip())


def is_complete(html: str) -> bool:
    return html.rstrip().lower().endswith("</html>")


def drop_cut_end(html: str) -> str:
    """Remove the damaged end of a page that was cut: half a number would still look like one.

    Dropped are the last script or table row when it is not closed, then the last tag or text when it is not.
    """
    if is_complete(html):
        return html
    for start, end in (("<script", "</script>"), ("<tr", "</tr>")):
        if html.rfind(start) > html.rfind(end):
            html = html[: html.rfind(start)]
    return html[: max(html.rfind(">") + 1, html.rfind("<"))]


_CUT = "cut-mark"


def soup(page: Page) -> BeautifulSoup:
    """Parse the page into a tree (lxml's, forgiving); of a cut page only its intact part, with a mark at the cut."""
    text = page.text()
    mark = "" if is_complete(text) else f"<{_CUT}></{_CUT}>"
    return BeautifulSoup(drop_cut_end(text) + mark, "lxml")


def is_cut(tag: Tag) -> bool:
    """Check whether the page ended within this element: the lost part might have changed the meaning of the rest."""
    return tag.find(_CUT) is not None


_STRUCK_OR_NOTE = {"sup", "s", "del", "strike"}


def visible_text(tag: Tag) -> str:
    """Return the visible text of an element on one line, without footnote marks and struck-through text."""
    dropped = {id(s) for d in tag.descendants if isinstance(d, Tag) and d.name in _STRUCK_OR_NOTE for s in d.strings}
    return squash(" ".join(s for s in tag.strings if id(s) not in dropped))


def heading_before(tag: Tag) -> str:
    """Return the text of the nearest heading before an element, or ""."""
    heading = tag.find_previous(["h1", "h2", "h3", "h4", "h5", "h6"])
    return visible_text(heading) if heading else ""
