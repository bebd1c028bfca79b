"""Turns HTML into a light tree of boxes and lines of visible text, with the headings above each line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import lxml.html
from lxml import etree

from scrapers.parsing.text import half_width, squash
from scrapers.reading import words
from scrapers.reading.element_paths import ElementPaths
from scrapers.reading.flat_rows import REPEATED, TITLE
from scrapers.reading.line_texts import join, parts_of
from scrapers.reading.page_sections import HEADINGS, section_starts
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
        paths = ElementPaths() if self.box is None else self.box.contents.paths
        return paths.of(self.element)


@dataclass(slots=True, eq=False)
class Contents:
    """All that a page shows, in document order: a box holds a run of its lines and boxes."""

    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    paths: ElementPaths = field(default_factory=ElementPaths)


@dataclass(slots=True, eq=False)
class Box:
    """A block element and what it shows, in order."""

    tag: str
    element: Any
    contents: Contents
    headings: tuple[tuple[int, str], ...] = ()
    parent: Box | None = None
    children: list[Box | Line] = field(default_factory=list)
    n_lines: int = 0
    first_line: int = field(init=False)  # its place, and that of its first line, among all that the page shows
    first_box: int = field(init=False)
    n_boxes: int = 1  # it and those below
    section_level: int = 0  # of the heading of a section that no element holds

    def __post_init__(self) -> None:
        """Take the next place on the page."""
        self.first_line, self.first_box = len(self.contents.lines), len(self.contents.boxes)
        self.contents.boxes.append(self)

    def end(self) -> None:
        """Note what was added since it began; one that shows nothing takes no place."""
        self.n_lines = len(self.contents.lines) - self.first_line
        self.n_boxes = len(self.contents.boxes) - self.first_box
        if self.children and self.parent is not None:
            self.parent.children.append(self)
        elif self.parent is not None:
            self.contents.boxes.pop()

    def lines(self) -> list[Line]:
        """Return the lines below, in document order."""
        return self.contents.lines[self.first_line : self.first_line + self.n_lines]

    def walk(self) -> list[Box]:
        """Return this box and all boxes below, in document order."""
        return self.contents.boxes[self.first_box : self.first_box + self.n_boxes]

    def take_apart(self) -> None:
        """Let go of all boxes and lines, once they were read: Python frees what does not hold itself without a search."""
        for box in self.contents.boxes:
            box.children = []
        self.contents.boxes, self.contents.lines = [], []

    def boxes(self) -> list[Box]:
        """Return the child boxes."""
        return [child for child in self.children if isinstance(child, Box)]

    def others_alike(self) -> list[Box]:
        """Return the boxes beside it of its tag and class, as other cards of a row are."""
        if self.parent is None or self.element is None:
            return []
        look = self._look()
        beside = (box for box in self.parent.boxes() if box is not self and box.element is not None)
        return [box for box in beside if box._look() == look]

    def _look(self) -> tuple[str, str | None, int]:
        return self.tag, self.element.get("class"), self.section_level

    def text(self) -> str:
        """Return all text below on one line, struck-out text left out."""
        return squash(" ".join(line.text for line in self.lines()))


def parse_tree(html: str) -> tuple[Box, Any]:
    """Parse HTML, forgiving; return the tree of what it shows and lxml's root element."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement))
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace") or b"<html/>", parser=parser)
    except etree.ParserError:
        return Box("html", None, Contents()), None
    top = Box("html", root, Contents())
    body = root.find("body")
    _Builder(top.contents.lines).fill(top, body if body is not None else root, 0)
    top.end()
    return top, root


class _Builder:
    """Walks the elements once, keeping the headings above the current place."""

    def __init__(self, lines: list[Line]) -> None:
        self.headings: tuple[tuple[int, str], ...] = ()
        self.lines = lines
        self.tidy: dict[str, str] = {}  # a text that stands on a page again and again is one string
        self.notes: list[str] = []
        self.is_note = False
        self.is_another_state = False

    def fill(self, box: Box, element: Any, depth: int) -> None:
        """Add what an element shows to its box."""
        run: list[tuple[str, bool, Any, Any]] = []  # text, whether struck out, element, the line's own child around it
        if element.text:
            run.append((element.text, False, element, element))
        outer_box, starts = box, section_starts(element)
        for index, child in enumerate(element):
            if index in starts:
                if run:
                    self.flush(box, run)
                box = _section(box, outer_box, starts[index], self.headings)
            tag = child.tag
            if not isinstance(tag, str):
                tag = ""
            if tag == "p" and starts.get(index) == TITLE:
                tag = "h6"
            is_bare = not child.keys()  # no attribute says anything of it
            if tag in _SKIPPED or not tag or ((tag == "option" or not is_bare) and is_hidden(child)):
                pass
            elif tag == "br":
                self.flush(box, run)
            elif (tag in _INLINE and not _holds_blocks(child) and not _is_card(child)) or (
                (not is_bare or tag in STRUCK) and is_former(child)
            ):
                self.inline(child, is_struck_out(child), run, depth, child)
            else:
                if run:
                    self.flush(box, run)
                if is_bare and not len(child) and tag != "pre" and depth < _DEEPEST and len(self.lines) < _MOST_LINES:
                    self.leaf(box, child, tag)
                    if child.tail:
                        run.append((child.tail, False, element, element))
                    continue
                outer, state = self.headings, self.is_another_state
                self.is_another_state |= not is_bare and is_another_state(child)
                before = self.headings = outer if is_bare else _of_tab(child, outer)
                if tag in _LISTS and (lead := _lead_of(box)):
                    before = self.headings = (*(h for h in outer if h[0] < _LEAD_LEVEL), (_LEAD_LEVEL, lead))
                inner = Box(tag, child, box.contents, self.headings, box)
                if tag == "pre" and not is_code(drawn := child.text_content() or ""):
                    self.drawn(inner, drawn)
                elif depth < _DEEPEST and len(self.lines) < _MOST_LINES:
                    self.fill(inner, child, depth + 1)
                inner.end()
                if tag in _CAPTIONED:  # its caption says nothing of what follows
                    self.headings = tuple(h for h in self.headings if h[0] != _CAPTION_LEVEL or h in before)
                self.headings = _without_those_of(inner, self.headings, before)
                self.is_another_state = state
                if before is not outer:  # what follows a panel is of no tab
                    self.headings = tuple(
                        h for h in self.headings if h[0] not in (_TAB_LEVEL, _LEAD_LEVEL) or h in outer
                    )
            if child.tail:
                run.append((child.tail, False, element, element))
        if run:
            self.flush(box, run)
        while box is not outer_box and box.parent is not None:
            box.end()
            box = box.parent

    def leaf(self, box: Box, element: Any, tag: str) -> None:
        """Add a box of text and nothing else: a table's cell, nearly always."""
        if text := self.tidied(element.text or ""):
            inner = Box(tag, element, box.contents, self.headings, box)
            self.add(inner, text)
            inner.end()

    def drawn(self, box: Box, text: str) -> None:
        """Add the lines of preformatted text, each in a box of its own, its cells as parts."""
        box.tag = "div"
        for cells in text_rows(text):
            row = Box("div", box.element, box.contents, self.headings, box)
            tidy = tuple(map(self.tidied, cells))
            parts = tidy if len(tidy) > 1 else ()
            line = Line(
                " ".join(filter(None, tidy)), box.element, self.headings, (), parts, order=len(self.lines) + 1, box=row
            )
            row.children.append(line)
            self.lines.append(line)
            row.end()

    def inline(self, element: Any, struck: bool, run: list[tuple[str, bool, Any, Any]], depth: int, top: Any) -> None:
        """Add the text of an inline element to the current line."""
        if (
            element.tag in _NOTE
            and run
            and (whole := _SIGNED.search(join([t for t, s, *_ in run if not s])))
            and _CENTS.fullmatch(cents := squash(element.text_content() or ""))
        ):
            run.append(
                (cents if whole["point"] or whole["comma"] else f".{cents}", struck, element, top)
            )  # "$2" or "1.490," and a raised "49"
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

    def flush(self, box: Box, run: list[tuple[str, bool, Any, Any]]) -> None:
        """End the current line."""
        if len(run) == 1 and not run[0][0].strip():  # the white space between two boxes
            run.clear()
            self.notes, self.is_note = [], False
            return
        pieces = list(run)
        run.clear()
        struck: list[str] = []
        if len(pieces) == 1 and not pieces[0][1]:  # nearly always
            text = self.tidied(pieces[0][0])
        else:
            struck = [squash(text) for text, is_struck, *_ in pieces if is_struck and text.strip()]
            text = self.tidied(join([text for text, is_struck, *_ in pieces if not is_struck]))
        parts: tuple[str, ...] = ()
        if len(pieces) > 1:
            parts = parts_of([(text, is_struck, top) for text, is_struck, _, top in pieces]) or parts_of(
                [piece[:3] for piece in pieces]
            )
        self.add(box, text, tuple(struck), parts)

    def tidied(self, text: str) -> str:
        """Return a text on one line, in the usual letters."""
        tidy = self.tidy.get(text)
        if tidy is None:
            tidy = self.tidy[text] = half_width(squash(text))
        return tidy

    def add(self, box: Box, text: str, struck: tuple[str, ...] = (), parts: tuple[str, ...] = ()) -> None:
        """Add a line to a box, or what belongs to the last line to that."""
        notes, is_note = tuple(self.notes), self.is_note
        if notes:
            self.notes, self.is_note = [], False
        if not text and not struck:
            return
        owner, last = box.element, self.lines[-1] if self.lines else None
        if last is not None:
            if len(text) == 2 and _CENTS.fullmatch(text) and _SIGNED.search(last.text) and _is_of_cents(owner):
                last.text += f".{text}"  # the part behind the point has a box of its own
                return
            if len(last.text) <= _LONGEST_SIGN and _is_cut_in_two(last, text, owner):
                last.text += text  # a currency's sign and its number in boxes of their own
                return
        level = _level(box)
        above = self.headings
        if level:
            above = tuple(h for h in above if h[0] < level or h[0] == _PLACE_LEVEL)
        order = len(self.lines) + 1
        line = Line(text, owner, above, struck, parts, notes, is_note, level, order, box, self.is_another_state)
        if (
            len(text) <= 80 and (":" in text or "：" in text) and PLACE.match(text)
        ):  # "Region: Europe" holds until the next one, or a new chapter
            self.headings = (*[h for h in self.headings if h[0] != _PLACE_LEVEL], (_PLACE_LEVEL, text))
        elif level and text:
            kept = [h for h in self.headings if h[0] < level or (h[0] == _PLACE_LEVEL and level > 2)]
            self.headings = (*kept, (level, text))
        box.children.append(line)
        self.lines.append(line)


def _section(box: Box, outer: Box, level: int, headings: tuple[tuple[int, str], ...]) -> Box:
    """End the parts within `outer` that a new one of a level ends; return that, or the one around where nothing begins."""
    last = level or REPEATED
    while box is not outer and box.section_level >= last and box.parent is not None:
        box.end()
        box = box.parent
    return Box("section", outer.element, box.contents, headings, box, section_level=level) if level else box


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
_SIGNED: Final = re.compile(
    r"(?:^|\s)[$€£₹¥￥]\s?\d{1,3}(?:,\d{3})*(?P<point>\.)?$|(?:^|\s)\d{1,3}(?:\.?\d{3})*(?P<comma>,)$"
)


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


def _level(box: Box) -> int:
    tag, element, outer = box.tag, box.element, box.parent
    if tag in _CELLS_OF_TABLES and not element.keys():
        return 0
    if tag in HEADINGS:
        return int(tag[1])
    if outer is not None and outer.tag in HEADINGS:
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
