"""Reads the objects of one list in a JSON answer, as many as are complete: recorded answers are often cut excerpts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import ijson

from scrapers.model import LayoutError, Page

_COMMENT = re.compile(rb"\A\s*<!--.*?-->", re.DOTALL)  # a recorder's note before the answer is not part of it


def objects(page: Page, name: str) -> Iterator[dict[str, Any]]:
    """Objects of the top-level list `name`, or of a bare list; numbers are Decimal. What a cut end hit is left out.

    Raises LayoutError when there is no complete object, or the JSON is invalid before its end.
    """
    content = _COMMENT.sub(b"", page.read().removeprefix(b"\xef\xbb\xbf")).lstrip()
    path = "item" if content.startswith(b"[") else f"{name}.item"
    found = False
    try:
        # After its last closed object a cut answer holds nothing whole, perhaps half a number.
        for item in ijson.items(content[: content.rfind(b"}") + 1], path):
            if not isinstance(item, dict):
                raise LayoutError(page, f"objects in the list `{name}`", str(item))
            found = True
            yield item
    except ijson.JSONError as error:
        if "premature EOF" not in str(error):
            raise LayoutError(page, f"a JSON object with a list `{name}`", str(error)) from error
    if not found:
        raise LayoutError(page, f"at least one complete object in the list `{name}`", page.text()[:200])
