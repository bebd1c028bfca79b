"""Finds the label of the tab that shows a part of a page, whatever library made the tabs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from scrapers.parsing.text import squash
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts
from scrapers.reading.units import pricing_model

_PANEL: Final = re.compile(r"(?:^|[\s_-])tab[_-]?(?:s[_-])?(?:pane|panel|content)(?:$|[\s_-])", re.IGNORECASE)
_LONGEST: Final = 80  # characters
_POINTERS: Final = ("aria-controls", "href", "data-target", "data-bs-target", "data-w-tab", "data-tab", "data-tab-id")


def tab_label(element: Any) -> str:
    """Return the label of the tab that shows an element; "" where it is no tab's panel, or nothing names it."""
    if element.get("role") != "tabpanel" and not ((names := element.get("class")) and _PANEL.search(names)):
        return ""
    return next((text for text in _labels(element) if text and len(text) <= _LONGEST), "")


def is_tab(element: Any) -> bool:
    """Return whether an element is, or holds, the button of a tab: what it says holds for the panel alone."""
    near = () if element is None else itertools.chain(itertools.islice(element.iter(), _NEAR), [element.getparent()])
    return any(
        one is not None
        and (
            one.get("role") == "tab"
            or "tab" in (one.get("data-bs-toggle"), one.get("data-toggle"))
            or (one.tag == "a" and _ANCHOR.fullmatch(one.get("href") or ""))
        )
        for one in near
    )


_NEAR: Final = 5  # elements below
_ANCHOR: Final = re.compile(r"#[\w-]+")


def leads(text: str, element: Any) -> bool:
    """Return whether a line before a list leads to it: it ends in a colon, is all bold, or names a pricing model alone."""
    if len(text) > _LONGEST_LEAD or text[-1:] in ".!" or find_amounts(text) or element is None:
        return False
    bold = [squash(one.text_content()) for one in itertools.islice(element.iter("b", "strong"), 2)]
    is_model = len(text) <= _LONGEST_MODEL and pricing_model(text) is not None
    return text[-1:] in (":", "：") or (bold == [text] and not mentions(text)) or is_model


_LONGEST_LEAD: Final = 80  # characters
_LONGEST_MODEL: Final = 30


def _labels(panel: Any) -> Iterator[str]:
    root = panel.getroottree().getroot()
    if (
        (by := panel.get("aria-labelledby"))
        and '"' not in by
        and (button := root.find(f'.//*[@id="{by}"]')) is not None
    ):
        yield squash(button.text_content())
    yield squash(panel.get("aria-label") or "")
    names = {name for key in ("id", "data-w-tab", "data-tab") if (name := panel.get(key)) and '"' not in name}
    for name in sorted(names):
        for pointer in _POINTERS:
            for form in (name, f"#{name}"):
                for button in root.iterfind(f'.//*[@{pointer}="{form}"]'):
                    if button is not panel:
                        yield squash(button.text_content())
    if panel.get("role") == "tabpanel":
        yield _label_in_turn(panel)


def _label_in_turn(panel: Any) -> str:
    """Return the label of the tab at a panel's place among the panels of its list of tabs, which point to none."""
    around = panel.getparent()
    for _ in range(_NEAR):
        if around is None:
            return ""
        lists = list(itertools.islice(around.iterfind('.//*[@role="tablist"]'), 2))
        if lists:
            tabs, panels = (
                [one for one in top.iterfind(f'.//*[@role="{role}"]') if not _is_within_a_panel(one, around)]
                for top, role in ((lists[0], "tab"), (around, "tabpanel"))
            )
            is_plain = len(tabs) == len(panels) and panel in panels
            return squash(tabs[panels.index(panel)].text_content()) if is_plain else ""
        around = around.getparent()
    return ""


def _is_within_a_panel(element: Any, around: Any) -> bool:
    """Return whether a panel stands between an element and the box around it."""
    up = element.getparent()
    while up is not None and up is not around:
        if up.get("role") == "tabpanel":
            return True
        up = up.getparent()
    return False
