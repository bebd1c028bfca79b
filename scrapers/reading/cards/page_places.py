"""Tells in which part of a page a box stands: menus, banners, the foot, code, a selection."""

from __future__ import annotations

import re
from typing import Final

from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts
from scrapers.reading.page_tree import Box


def is_aside(box: Box | None) -> bool:
    """Return whether a box is of a menu, a banner or the page's foot: what stands there sells nothing by itself."""
    while box is not None:
        is_named = box.element is not None and _ASIDE.search(str(box.element.get("class", ""))) is not None
        if (
            box.tag == "nav"
            or (box.tag == "footer" and not _is_of_a_part(box))
            or (is_named and not _holds_the_page(box))
        ):
            return True
        box = box.parent
    return False


def _is_of_a_part(footer: Box) -> bool:
    """Return whether a foot is that of an article, an entry or a card, and not of the page."""
    if (
        footer.n_lines <= _FEW_LINES
        and len(text := footer.text()) <= _SHORT
        and find_amounts(text)
        and not mentions(text)
    ):
        return True  # a card's, which its heading names: the page's own is long, or names what it prices
    if footer.parent is not None and _is_one_of_many(footer.parent):
        return True
    box = footer.parent
    while box is not None and box.tag not in _PARTS:
        box = box.parent
    return box is not None


def _is_one_of_many(card: Box) -> bool:
    """Return whether a box stands beside another with a foot of its own: cards of a shop, each with header and footer."""
    beside = card.parent.boxes() if card.parent is not None else []
    return any(one is not card and any(child.tag == "footer" for child in one.boxes()) for one in beside)


_FEW_LINES, _SHORT = 4, 80  # lines, characters
_PARTS: Final = frozenset({"article", "section", "li", "td"})


def is_in_menu(box: Box) -> bool:
    """Return whether a box is of a menu or the page's foot by its tag."""
    return box.tag in ("nav", "footer", "header") or (box.parent is not None and is_in_menu(box.parent))


def is_in_nav(box: Box | None) -> bool:
    """Return whether a box is of a menu by its tag: names in it are links, and no amount is of theirs."""
    while box is not None and box.tag != "nav":
        box = box.parent
    return box is not None


def is_in_code(box: Box | None) -> bool:
    """Return whether a box is of preformatted code: an example of a program, a command or an answer."""
    return box is not None and (box.tag == "pre" or is_in_code(box.parent))


def is_quoted(box: Box | None) -> bool:
    """Return whether a box is of a quotation: what a customer says."""
    return box is not None and (box.tag in ("blockquote", "q", "figcaption") or is_quoted(box.parent))


def _holds_the_page(box: Box) -> bool:
    """Return whether a box holds the page's content, whatever its class: "nav-content-wrap", "has-menu"."""
    if box.tag in ("html", "body", "main", "article"):
        return True
    tops = box.element.xpath("(.//h1|.//main|.//*[@role='main'])[1]")
    return bool(tops)


_ASIDE: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|megamenu|menu|breadcrumb|cookie\w*|announce\w*|marquee|promo-?bar|testimonials?|newsletter)(?:$|[\s_-])"
    r"|(?:^|\s)(?:(?:site|page|main|global|app|layout|web|theme|bottom)[_-]{0,2})?footer(?:$|[\s_-])",  # no "card-footer"
    re.IGNORECASE,
)


def is_choice(box: Box | None) -> bool:
    """Return whether a line is an entry of a selection: it names what one may choose."""
    return box is not None and (box.tag in ("option", "select", "datalist") or is_choice(box.parent))


def table_around(box: Box | None) -> Box | None:
    """Return the table that a box stands in, or None."""
    while box is not None and box.tag != "table":
        box = box.parent
    return box


def is_in_list(box: Box | None) -> bool:
    return box is not None and (box.tag in ("ul", "ol", "header", "select") or is_in_list(box.parent))
