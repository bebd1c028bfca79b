"""The XPath of elements as lxml gives it, for pages of thousands of rows: lxml counts an element's siblings anew each time."""

from __future__ import annotations

from typing import Any


class ElementPaths:
    """The paths of one page's elements; the children of an element are numbered once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, str], dict[Any, int]] = {}  # of a parent: its children of one tag, in order
        self._paths: dict[Any, str] = {}

    def of(self, element: Any) -> str:
        """Return the path of an element, as its tree's getpath does."""
        path = self._paths.get(element)
        if path is None:
            path = self._paths[element] = self._path_of(element)
        return path

    def _path_of(self, element: Any) -> str:
        parent, tag = element.getparent(), element.tag
        if parent is None or not tag.replace("-", "").isalnum():  # a name with a prefix
            return str(element.getroottree().getpath(element))
        numbers = self._numbers.get((parent, tag))
        if numbers is None:
            numbers = self._numbers[parent, tag] = {one: n for n, one in enumerate(parent.iterchildren(tag), start=1)}
        step = tag if len(numbers) == 1 else f"{tag}[{numbers[element]}]"
        return f"{self.of(parent)}/{step}"
