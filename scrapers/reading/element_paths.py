"""The XPath of elements as lxml gives it, for pages of thousands of rows: lxml counts an element's siblings anew each time."""

from __future__ import annotations

from typing import Any


class ElementPaths:
    """The paths of one page's elements; what the children of an element are called is worked out once."""

    def __init__(self) -> None:
        self._steps: dict[Any, dict[Any, str]] = {}  # of a parent: each child's step
        self._parents: dict[Any, str] = {}

    def of(self, element: Any) -> str:
        """Return the path of an element, as its tree's getpath does."""
        parent = element.getparent()
        if parent is None:
            return str(element.getroottree().getpath(element))
        steps = self._steps.get(parent)
        if steps is None:
            steps = self._steps[parent] = _steps_of(parent)
        step = steps.get(element)
        if step is None:  # a name with a prefix, or what is no element
            return str(element.getroottree().getpath(element))
        above = self._parents.get(parent)
        if above is None:
            above = self._parents[parent] = self.of(parent)
        return f"{above}/{step}"


def _steps_of(parent: Any) -> dict[Any, str]:
    """Return the step to each child: its tag, with its number where several have that tag."""
    alike: dict[str, list[Any]] = {}
    for child in parent:
        if isinstance(child.tag, str) and child.tag.replace("-", "").isalnum():
            alike.setdefault(child.tag, []).append(child)
    return {
        child: tag if len(children) == 1 else f"{tag}[{n}]"
        for tag, children in alike.items()
        for n, child in enumerate(children, start=1)
    }
