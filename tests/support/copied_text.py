"""Copies a page as plain text, as people do it in a browser: a line for each block, tabs between the cells of tables."""

from __future__ import annotations

import re
from typing import Final

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

_SKIPPED: Final = frozenset({"script", "style", "head", "template", "noscript", "svg"})
_BLOCKS: Final = ("div", "p", "table", "ul", "ol", "section", "h1", "h2", "h3", "h4", "h5", "h6")
_INLINE: Final = frozenset(
    [
        "span",
        "a",
        "b",
        "strong",
        "em",
        "i",
        "u",
        "small",
        "sup",
        "sub",
        "font",
        "code",
        "abbr",
        "mark",
        "time",
        "s",
        "del",
        "label",
    ]
)
_APART: Final = frozenset({"p", "table", "ul", "section", "h1", "h2", "h3", "h4"})  # an empty line follows


def copied_text(html: bytes) -> str:
    """Return the text of a page as it is pasted elsewhere: its headings, boxes and links are lost."""
    tree = BeautifulSoup(html, "lxml")
    lines: list[str] = []
    _copy(tree.body or tree, lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _copy(element: Tag, lines: list[str]) -> None:
    run: list[str] = []
    for child in element.children:
        if isinstance(child, NavigableString):
            run.append("" if isinstance(child, Comment) else str(child))
        elif isinstance(child, Tag) and child.name in _INLINE and not child.find(_BLOCKS):
            run.append(f" {child.get_text()} " if child.name != "sup" else child.get_text())
        elif isinstance(child, Tag) and child.name not in _SKIPPED:
            _end(run, lines)
            if child.name == "tr":
                cells = child.find_all(["td", "th"], recursive=False)
                lines.append("\t".join(_tidy(cell.get_text(" ")) for cell in cells))
            else:
                _copy(child, lines)
            if child.name in _APART:
                lines.append("")
    _end(run, lines)


def _end(run: list[str], lines: list[str]) -> None:
    if text := _tidy("".join(run)):
        lines.append(text)
    run.clear()


def _tidy(text: str) -> str:
    return " ".join(text.split())
