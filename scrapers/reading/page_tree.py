"""Turns HTML into a light tree of boxes and lines of visible text, with the headings above each line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import lxml.html
from lxml import etree

from scrapers.parsing.text import half_width, squash
from scrapers.reading import words
from scrapers.reading.element_paths import ElementPaths
from scrapers.reading.line_texts import join, parts_of
from scrapers.reading.page_sight import STRUCK, is_another_state, is_former, is_hidden, is_struck_out
from scrapers.reading.page_tabs import leads, tab_label
from scrapers.reading.text_tables import is_code, text_rows

_SKIPPED: Final = frozenset(
    {"script", "style", "template", "noscript", "svg", "head", "iframe", "object", "video", "audio", "canvas", "math"}
)
_INLINE: Final = frozenset({"span", "a", "b", "strong", "em", "i", "u", "small", "sup", "sub", "font", "code", "abbr", "mark", "time", "data", "bdi", "q", "cite",
                            "kbd", "samp", "var", "tt", "big", "s", "del", "ins", "strike", "wbr", "img", "nobr", "label", "input", "bdo", "picture", "source"})  # fmt: skip
_NOTE: Final = frozenset({"sup"})
PLACE: Final = re.compile(
    r"^(?:region|location|data ?cent(?:er|re)|zone|standort|région|регион|地域|リージョン)\s*[:：]\s*(?P<place>\S.*)$",
    re.IGNORECASE,
)
_PLACE_LEVEL: Final = 9
_CAPTIONED: Final = frozenset({"table", "figure", "fieldset", "details"})
_CAPTION_LEVEL: Final = 6
_TAB_LEVEL: Final = 7
_LEAD_LEVEL: Final = 8
_LISTS: Final = frozenset({"ul", "ol", "dl"})
_DEEPEST = 200
_FEW_LINES: Final = 500  # below a box whose lines are kept
_MOST_LINES = 200_000


@dataclass(slots=True, eq=False)
class Line:
    """One line of visible text. `parts` are the texts of its inline elements, for cells that are mere spans."""

    text: str
    element: Any
    headings: tuple[tuple[int, str], ...]
    struck: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # raised marks of footnotes, left out of the text
    is_note: bool = False  # it begins with such a mark
    level: int = 0  # 1-6 of a heading, 0 else
    order: int = 0
    box: Box | None = None
    is_another_state: bool = False  # hidden beside a shown one that differs in its digits alone

    def path(self) -> str:
        """Return the XPath of the element that holds the line."""
        if self.element is None:
            return ""
        top = self.box
        while top is not None and top.parent is not None:
            top = top.parent
        if top is None:
            return ElementPaths().of(self.element)
        if top.paths is None:
            top.paths = ElementPaths()
        return top.paths.of(self.element)


@dataclass(slots=True, eq=False)
class Box:
    """A block element and what it shows, in order."""

    tag: str
    element: Any
    children: list[Box | Line] = field(default_factory=list)
    headings: tuple[tuple[int, str], ...] = ()
    parent: Box | None = None
    n_lines: int = 0
    below: tuple[Line, ...] | None = None  # the lines of a small box, once they were asked for
    paths: ElementPaths | None = None  # of the page, in its outermost box, once one was asked for
    inside: tuple[Box, ...] | None = None  # of the outermost box: all, once they were asked for

    def lines(self) -> Iterator[Line]:
        """Yield the lines below, in document order."""
        if self.below is not None:
            return iter(self.below)
        if len(self.children) == 1 and isinstance(only := self.children[0], Line):
            self.below = (only,)
            return iter(self.below)
        if self.n_lines > _FEW_LINES:
            return self._lines()
        self.below = tuple(self._lines())
        return iter(self.below)

    def _lines(self) -> Iterator[Line]:
        stack: list[Box | Line] = self.children[::-1]
        while stack:
            child = stack.pop()
            if type(child) is Line:
                yield child
            elif child.below is not None:  # type: ignore[union-attr]
                yield from child.below  # type: ignore[union-attr]
            else:
                stack += child.children[::-1]  # type: ignore[union-attr]

    def walk(self) -> Iterator[Box]:
        """Yield this box and all boxes below, in document order."""
        if self.parent is None:  # of the whole page, which is walked for each kind of record
            if self.inside is None:
                self.inside = tuple(self._walk())
            return iter(self.inside)
        return self._walk()

    def _walk(self) -> Iterator[Box]:
        stack = [self]
        while stack:
            current = stack.pop()
            yield current
            stack += [child for child in reversed(current.children) if type(child) is Box]

    def take_apart(self) -> None:
        """Let go of all boxes and lines, once they were read: Python frees what does not hold itself without a search."""
        for box in [self, *self._walk()]:
            for line in box.children:
                if type(line) is Line:
                    line.box = None
            box.children, box.parent, box.below, box.inside, box.paths = [], None, None, None, None

    def boxes(self) -> list[Box]:
        """Return the child boxes."""
        return [child for child in self.children if isinstance(child, Box)]

    def others_alike(self) -> list[Box]:
        """Return the boxes beside it of its tag and class, as other cards of a row are."""
        if self.parent is None or self.element is None:
            return []
        look = (self.tag, self.element.get("class"))
        return [
            box
            for box in self.parent.boxes()
            if box is not self and box.element is not None and (box.tag, box.element.get("class")) == look
        ]

    def text(self) -> str:
        """Return all text below on one line, struck-out text left out."""
        return squash(" ".join(line.text for line in self.lines()))


def parse_tree(html: str) -> tuple[Box, Any]:
    """Parse HTML, forgiving; return the tree of what it shows and lxml's root element."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace") or b"<html/>", parser=parser)
    except etree.ParserError:
        return Box("html", None), None
    builder = _Builder()
    top = Box("html", root)
    body = root.find("body")
    builder.fill(top, body if body is not None else root, 0)
    return top, root


class _Builder:
    """Walks the elements once, keeping the headings above the current place."""

    def __init__(self) -> None:
        self.headings: tuple[tuple[int, str], ...] = ()
        self.count = 0
        self.last: Line | None = None
        self.notes: list[str] = []
        self.is_note = False
        self.is_another_state = False

    def fill(self, box: Box, element: Any, depth: int) -> None:
        """Add what an element shows to its box."""
        run: list[tuple[str, bool, Any, Any]] = []  # text, whether struck out, element, the line's own child around it
        if element.text:
            run.append((element.text, False, element, element))
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                tag = ""
            is_bare = not child.keys()  # no attribute says anything of it
            if tag in _SKIPPED or not tag or (not is_bare and is_hidden(child)):
                pass
            elif tag == "br":
                self.flush(box, run, element)
            elif (tag in _INLINE and not _holds_blocks(child) and not _is_card(child)) or (
                (not is_bare or tag in STRUCK) and is_former(child)
            ):
                self.inline(child, is_struck_out(child), run, depth, child)
            else:
                if run:
                    self.flush(box, run, element)
                if is_bare and not len(child) and tag != "pre" and depth < _DEEPEST and self.count < _MOST_LINES:
                    self.leaf(box, child, tag)
                    if child.tail:
                        run.append((child.tail, False, element, element))
                    continue
                outer, state = self.headings, self.is_another_state
                self.is_another_state |= not is_bare and is_another_state(child)
                before = self.headings = outer if is_bare else _of_tab(child, outer)
                if tag in _LISTS and (lead := _lead_of(box)):
                    before = self.headings = (*(h for h in outer if h[0] < _LEAD_LEVEL), (_LEAD_LEVEL, lead))
                inner = Box(tag, child, headings=self.headings, parent=box)
                if tag == "pre" and not is_code(drawn := child.text_content() or ""):
                    self.drawn(inner, drawn)
                elif depth < _DEEPEST and self.count < _MOST_LINES:
                    self.fill(inner, child, depth + 1)
                if tag in _CAPTIONED:  # its caption says nothing of what follows
                    self.headings = tuple(h for h in self.headings if h[0] != _CAPTION_LEVEL or h in before)
                self.headings = _without_those_of(inner, self.headings, before)
                self.is_another_state = state
                if before is not outer:  # what follows a panel is of no tab
                    self.headings = tuple(
                        h for h in self.headings if h[0] not in (_TAB_LEVEL, _LEAD_LEVEL) or h in outer
                    )
                if inner.children:
                    box.children.append(inner)
                    box.n_lines += inner.n_lines
            if child.tail:
                run.append((child.tail, False, element, element))
        if run:
            self.flush(box, run, element)

    def leaf(self, box: Box, element: Any, tag: str) -> None:
        """Add a box of text and nothing else: a table's cell, nearly always."""
        if (text := element.text) and not text.isspace():
            inner = Box(tag, element, headings=self.headings, parent=box)
            self.flush(inner, [(text, False, element, element)], element)
            if inner.children:
                box.children.append(inner)
                box.n_lines += inner.n_lines

    def drawn(self, box: Box, text: str) -> None:
        """Add the lines of preformatted text, each in a box of its own, its cells as parts."""
        box.tag = "div"
        for cells in text_rows(text):
            row = Box("div", box.element, headings=self.headings, parent=box, n_lines=1)
            tidy = tuple(half_width(squash(cell)) for cell in cells)
            self.count += 1
            parts = tidy if len(tidy) > 1 else ()
            self.last = Line(
                " ".join(filter(None, tidy)), box.element, self.headings, (), parts, order=self.count, box=row
            )
            row.children.append(self.last)
            box.children.append(row)
            box.n_lines += 1

    def inline(self, element: Any, struck: bool, run: list[tuple[str, bool, Any, Any]], depth: int, top: Any) -> None:
        """Add the text of an inline element to the current line."""
        if (
            element.tag in _NOTE
            and run
            and _SIGNED.search(join([t for t, s, *_ in run if not s]))
            and _CENTS.fullmatch(squash(element.text_content() or ""))
        ):
            run.append((f".{squash(element.text_content())}", struck, element, top))  # "$2" and a raised "49"
            return
        if element.tag in _NOTE and re.fullmatch(r"\s*[\[(]?[\d*†‡]{1,3}[\])]?\s*", element.text_content() or ""):
            self.notes.append((element.text_content() or "").strip(" \n[]()").translate(_RAISED))
            self.is_note |= not any(text.strip() for text, *_ in run)
            return
        if element.text:
            run.append((element.text, struck, element, top))
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and not is_hidden(child):
                if child.tag == "br":
                    run.append((" ", struck, element, top))
                elif depth < _DEEPEST:
                    self.inline(child, struck or is_struck_out(child), run, depth + 1, top)
            if child.tail:
                run.append((child.tail, struck, element, top))

    def flush(self, box: Box, run: list[tuple[str, bool, Any, Any]], element: Any) -> None:
        """End the current line."""
        if not run:
            return
        notes, self.notes = tuple(self.notes), []
        is_note, self.is_note = self.is_note, False
        if len(run) == 1 and not run[0][0].strip():  # the white space between two boxes
            run.clear()
            return
        pieces = list(run)
        run.clear()
        struck: list[str] = []
        if len(pieces) == 1 and not pieces[0][1]:  # nearly always
            text = half_width(squash(pieces[0][0]))
        else:
            struck = [squash(text) for text, is_struck, *_ in pieces if is_struck and text.strip()]
            text = half_width(squash(join([text for text, is_struck, *_ in pieces if not is_struck])))
        if not text and not struck:
            return
        owner = box.element if box.element is not None else element
        if (
            len(text) == 2
            and self.last is not None
            and _CENTS.fullmatch(text)
            and _SIGNED.search(self.last.text)
            and _is_of_cents(owner)
        ):
            self.last.text += f".{text}"  # the part behind the point has a box of its own
            return
        if self.last is not None and len(self.last.text) <= _LONGEST_SIGN and _is_cut_in_two(self.last, text, owner):
            self.last.text += text  # a currency's sign and its number in boxes of their own
            return
        level = _level(owner, box)
        parts: tuple[str, ...] = ()
        if len(pieces) > 1:
            parts = parts_of([(text, is_struck, top) for text, is_struck, _, top in pieces]) or parts_of(
                [piece[:3] for piece in pieces]
            )
        self.count += 1
        above = self.headings
        if level:
            above = tuple(h for h in above if h[0] < level or h[0] == _PLACE_LEVEL)
        line = Line(
            text, owner, above, tuple(struck), parts, notes, is_note, level, self.count, box, self.is_another_state
        )
        if (
            len(text) <= 80 and (":" in text or "：" in text) and PLACE.match(text)
        ):  # "Region: Europe" holds until the next one, or a new chapter
            self.headings = (*[h for h in self.headings if h[0] != _PLACE_LEVEL], (_PLACE_LEVEL, text))
        elif level and text:
            kept = [h for h in self.headings if h[0] < level or (h[0] == _PLACE_LEVEL and level > 2)]
            self.headings = (*kept, (level, text))
        box.children.append(line)
        box.n_lines += 1
        self.last = line


def _without_those_of(
    box: Box, headings: tuple[tuple[int, str], ...], before: tuple[tuple[int, str], ...]
) -> tuple[tuple[int, str], ...]:
    """Return the headings without those of a calculator or an example that a box holds whole: they head nothing else."""
    if headings is before or box.n_lines < _FEWEST_OF_A_WHOLE:
        return headings
    return tuple(h for h in headings if h in before or not _EXAMPLE.search(h[1]) or len(h[1]) > _LONGEST_HEADING)


_EXAMPLE: Final = words.NOT_SOLD_HERE[-1][1]
_FEWEST_OF_A_WHOLE: Final = 3  # lines
_LONGEST_HEADING: Final = 60  # characters
_LONGEST_SIGN: Final = 3  # "HK$"
_SIGN_ALONE: Final = re.compile(r"[$€£₹¥￥₩₽₺]|[A-Z]{1,2}\$")


def _is_cut_in_two(last: Line, text: str, element: Any) -> bool:
    """Return whether a line is the number of the sign that stands alone in a box right before it."""
    if not _SIGN_ALONE.fullmatch(last.text) or not text[:1].isdigit() or element.tag in _CELLS:
        return False
    return last.element is not None and last.element.getparent() is element.getparent()


_CELLS: Final = frozenset({"td", "th", "li", "option"})
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_CENTS: Final = re.compile(r"\d{2}")
_SIGNED: Final = re.compile(r"(?:^|\s)[$€£₹¥￥]\s?\d{1,3}(?:,\d{3})*$")


def _is_card(element: Any) -> bool:
    """Return whether a link is one of several alike that hold several texts each: a card, whatever its tag."""
    if element.tag not in _CARD_TAGS or len(element) < _FEWEST_TEXTS:
        return False
    names, beside = element.get("class"), (element.getprevious(), element.getnext())
    return any(
        one is not None and one.tag == element.tag and one.get("class") == names and len(one) >= _FEWEST_TEXTS
        for one in beside
    )  # fmt: skip


_CARD_TAGS: Final = frozenset({"a", "label", "button"})
_FEWEST_TEXTS: Final = 2  # elements


def _is_of_cents(element: Any) -> bool:
    """Return whether an element's class, or one around or in it, says that it holds the part behind the point."""
    near = [element, *element.iter(), *([element.getparent()] if element.getparent() is not None else [])][:6]
    return any(re.search(r"fraction|cents?\b|decimal", str(one.get("class", "")), re.IGNORECASE) for one in near)


def _lead_of(box: Box) -> str:
    """Return the line right before a list that leads to it, "With a 12-month commitment:", or ""."""
    last = box.children[-1] if box.children else None
    while isinstance(last, Box) and last.n_lines == 1 and last.tag not in _LISTS:
        last = last.children[-1]
    is_lead = isinstance(last, Line) and not last.level and leads(last.text, last.element)
    return last.text if isinstance(last, Line) and is_lead else ""


def _of_tab(element: Any, headings: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    """Return the headings with the label of the tab that shows a panel."""
    text = tab_label(element)
    return (*[h for h in headings if h[0] < _TAB_LEVEL], (_TAB_LEVEL, text)) if text else headings


_CELLS_OF_TABLES: Final = frozenset({"td", "th"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def _level(element: Any, box: Box) -> int:
    tag = element.tag if isinstance(getattr(element, "tag", None), str) else ""
    if tag in _CELLS_OF_TABLES and not element.keys():
        return 0
    if tag in _HEADINGS:
        return int(tag[1])
    outer = box.parent
    if outer is not None and outer.tag in _HEADINGS:
        return int(outer.tag[1])
    if tag in ("legend", "summary", "caption", "figcaption") or element.get("role") == "heading":
        aria = str(element.get("aria-level", "6"))
        return int(aria) if aria in "123456" and len(aria) == 1 else 6
    return 0


def _holds_blocks(element: Any) -> bool:
    return any(
        isinstance(inner.tag, str) and inner.tag not in _INLINE and inner.tag not in _SKIPPED and inner.tag != "br"
        for inner in element.iterdescendants()
    )
