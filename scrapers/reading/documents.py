"""Tells what kind of document a page is, and reads the data in it: JSON, Markdown, scripts, linked data, streams."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from lxml import etree

from scrapers.model import Page
from scrapers.parsing import embedded_json, js_literals
from scrapers.parsing.text import squash
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.amounts import find_amounts
from scrapers.reading.text_tables import as_drawn, with_tables

_DEEPEST_ELEMENT: Final = 200
_LARGEST: Final = 16 * 1024 * 1024  # bytes
_HEAD: Final = 4000  # bytes that tell a page's kind


def kind(text: str) -> Literal["html", "json", "markdown"]:
    """Return the kind of a page by its content."""
    start = text.lstrip("\ufeff \t\r\n")[:400]
    if re.match(r'\[\\?"\$\\?",', start):
        return "html"  # a React page's stream: it describes one
    if start[:1] in "{[" and not start.startswith(("[!", "[![")):
        return "json"
    if re.search(
        r"<(?:!doctype|html|head|body|div|table|section|h[1-6]|p|article|main|tr|td|ul|span)\b",
        text[:20000],
        re.IGNORECASE,
    ) and not re.match(r"---\s|#\s", start):
        return "markdown" if _is_marked_down(text) else "html"
    return "markdown"


def _is_marked_down(text: str) -> bool:
    """Return whether a text with tags is Markdown all the same: no page of HTML, and marks at the start of lines."""
    return not re.search(r"<(?:!doctype|html|head|body)\b", text[:20000], re.IGNORECASE) and bool(
        re.search(r"^#{1,3} \S", text, re.MULTILINE) or re.search(r"^\s*\|[\s:|-]+\|\s*$", text, re.MULTILINE)
    )


def is_readable(page: Page) -> bool:
    """Return whether a page is of a kind and size that is read whole: not a bulk file of prices, not CSV or YAML.

    An archived page is packed; what counts is its size unpacked.
    """
    if page.path is not None and page.path.stat().st_size > _LARGEST:
        return False
    with page.open() as stream:
        head = stream.read(_HEAD)
        return _may_state_prices(head) and len(head) + len(stream.read(_LARGEST - _HEAD + 1)) <= _LARGEST


def _may_state_prices(head: bytes) -> bool:
    start = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return (
        start[:1] in "<{["
        or re.search(
            r"<(?:div|table|section|p|h[1-6]|td|tr|ul)\b|^#{1,4} |^\|.*\|", start, re.IGNORECASE | re.MULTILINE
        )
        is not None
    )


def from_markdown(text: str) -> str:
    """Return the HTML of a Markdown text: MDX's components as boxes headed by their titles, front matter left out."""
    from markdown_it import MarkdownIt

    body = "\n\n" + re.sub(r"\A\s*---\n.*?\n---\n", "", text, flags=re.DOTALL).lstrip("\ufeff\n")
    body = _RULED.sub(lambda hit: as_drawn(hit[0]), body)
    if "```" not in body:
        body = _DRAWN.sub(lambda hit: as_drawn(hit[0]) if _RULE.search(hit[0]) else hit[0], body)
        body = body if "<pre" in body else with_tables(body)
    body = body if _MARKED.search(body) else _LONE_LINE.sub(_as_heading, body)
    body = _PARAGRAPH.sub(_with_line_ends, body.replace("\\$", "$"))
    body = _COMPONENT_END.sub("</div>", _COMPONENT.sub(_box_of, body))
    body = _OPENED.sub(r"\g<0>\n", body)  # what follows a tag without an empty line is no Markdown
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(body))


# What only Markdown has: headings, tables, quotes, code, tags.
_MARKED: Final = re.compile(r"^(?:#{1,6} |[ ]{0,3}[|>`~]|[=-]{3,}[ \t]*$)|<[a-z/!]", re.MULTILINE)
# A line of its own above prose or a table: what heads them in a text without marks.
_LONE_LINE: Final = re.compile(r"(?<=\n\n)(?P<title>[^\W_][^\n\t]{1,58}[^\s.,;:])\n\n(?=[^\n]{60}|[^\n\t]*\t)")


def _as_heading(hit: re.Match[str]) -> str:
    title = hit["title"]
    is_one_word = title.isascii() and " " not in title  # "Note"
    return hit[0] if is_one_word or names_one(title) or find_amounts(title) else f"### {title}\n\n"


# A table of reStructuredText: lines of "=" above its titles, below them and below its rows.
_RULED: Final = re.compile(
    r"^[ \t]*={2,}(?:[ \t]+={2,})+[ \t]*\n(?:(?!=)[^\n]*\S[^\n]*\n){1,3}={2,}(?:[ \t]+={2,})+[ \t]*\n(?:(?!=)[^\n]*\n)+={2,}(?:[ \t]+={2,})+[ \t]*$",
    re.MULTILINE,
)
# A table drawn with signs, "+----+".
_DRAWN: Final = re.compile(r"(?:^[ \t]*[+|][^\n]*[+|][ \t]*\n){4,}", re.MULTILINE)
_RULE: Final = re.compile(r"^[ \t]*\+[-=]{3,}\+", re.MULTILINE)
# Lines of prose, or of names and prices: nothing of a table, a list, a program, a component or an underlined heading.
_PARAGRAPH: Final = re.compile(
    r"(?:^(?! {4}|\t|[ ]{0,3}(?:[|<#>`~+=-]|$))[^\n|]+\n){2,}(?![ \t]*[=-]+[ \t]*$)", re.MULTILINE
)
_NARROW: Final = 50  # characters: nobody fills lines of fewer
_FULL: Final = 0.8  # of the longest line


def _with_line_ends(hit: re.Match[str]) -> str:
    """Return lines as paragraphs of their own, where their writer did not just fill them: the next word had room."""
    lines = hit[0].splitlines()
    width = max(map(len, lines))
    room = width * _FULL if width > _NARROW else width * 2
    marked = [
        f"{line}\n" if len(line) + 1 + len(after.split(maxsplit=1)[0]) <= room else line
        for line, after in itertools.pairwise(lines)
    ]
    return "\n".join([*marked, lines[-1]]) + "\n"


def _box_of(hit: re.Match[str]) -> str:
    """Return the opening tag of a box for a component of MDX: a tab's panel, or a box that begins with its title."""
    titles = dict(_ATTRIBUTE.findall(hit["attributes"]))
    title = html.escape(html.unescape(next((titles[key] for key in _TITLES if key in titles), "")), quote=True)
    end = "</div>" if hit["attributes"].rstrip().endswith("/") else ""
    if hit["name"] in ("Tab", "TabItem"):
        return f'<div role="tabpanel" aria-label="{title}">{end}'
    return f"<div><p>{title}</p>{end}" if title else f"<div>{end}"


_OPENED: Final = re.compile(r"^[ \t]*<div\b[^<>]*>(?:<p>[^<>]*</p>)?[ \t]*\n(?=[ \t]*\|)", re.MULTILINE)
_COMPONENT: Final = re.compile(
    r"<(?P<name>[A-Z]\w{0,40})\b(?P<attributes>(?:[^<>\"'{}]|\"[^\"<>]*\"|'[^'<>]*'|\{[^{}<>]*\}){0,60})>"
)
_COMPONENT_END: Final = re.compile(r"</[A-Z]\w{0,40}>")
_ATTRIBUTE: Final = re.compile(r"([a-z]\w*)=[\"']([^\"'<>]{1,80})[\"']")
_TITLES: Final = ("title", "label", "name", "heading", "summary")


def rendered_in(value: Any) -> str:
    """Return the HTML that texts of data hold, and lists of texts that name accelerators with prices; "" for none."""
    parts: list[str] = []
    stack = [value]
    while stack and sum(map(len, parts)) < _MOST_RENDERED:
        one = stack.pop()
        if isinstance(one, str) and _MARKUP.search(one):
            parts.append(one)
        elif isinstance(one, dict):
            stack += one.values()
        elif isinstance(one, list):
            lines = [item for item in one if isinstance(item, str) and len(item) <= _LONGEST_LINE and names_one(item)]
            parts += [f"<ul>{''.join(f'<li>{html.escape(item)}</li>' for item in lines)}</ul>"] if lines else []
            stack += one
    return "".join(parts) if any(map(names_one, parts)) else ""


_MARKUP: Final = re.compile(r"<(?:table|tr|h[1-6]|ul|li|div|p)\b", re.IGNORECASE)
_MOST_RENDERED: Final = 2_000_000  # characters
_LONGEST_LINE: Final = 200


def streamed_html(page: Page) -> str:
    """Return the HTML that a React page's stream describes; "" where there is no stream."""
    text = page.text()
    if "self.__next_f" not in text and not re.search(r'\["\$",\s*"\w+"|\[\\"\$\\",', text):
        return ""
    return "".join(_element(value, 0) for value in embedded_json.stream(page))


def _element(value: Any, depth: int) -> str:
    """Return the HTML of a React element as a stream writes it: ["$", tag, key, properties]."""
    if depth > _DEEPEST_ELEMENT or value is None or isinstance(value, bool):
        return ""
    if isinstance(value, list):
        if len(value) >= 4 and value[0] == "$" and isinstance(value[1], str):
            properties = value[3] if isinstance(value[3], dict) else {}
            tag = value[1] if re.fullmatch(r"[a-z][a-z0-9]*", value[1]) else "div"
            names = html.escape(str(properties.get("className") or ""), quote=True)
            return f'<{tag} class="{names}">{_element(properties.get("children"), depth + 1)}</{tag}>'
        return "".join(_element(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return _element(value.get("children"), depth + 1)
    text = str(value)
    if re.fullmatch(r"\$[A-Z]?[0-9a-f]{1,4}|\$undefined|\$L\w+", text):
        return ""  # a reference to another part
    return html.escape(text[1:] if text.startswith("$$") else text)


def script_values(page: Page) -> Iterator[tuple[str, Any]]:
    """Yield (where, value) of the data in a page's scripts: linked data, JSON of any type, streams, literals."""
    text = page.text()
    if not text.lstrip().startswith("<") and _PROGRAM.search(text[:_HEAD]) and len(text) <= _LONGEST_SCRIPT:
        for value in js_literals.literals(text) if names_one(text) else ():
            yield "a program", value
    if "ld+json" in text:
        for value in embedded_json.scripts(page, "ld+json"):
            yield "linked data", value
    for name in ("application/json", "__NEXT_DATA__"):
        if name in text:
            for value in embedded_json.scripts(
                page, "application/json" if name == "application/json" else "__NEXT_DATA__"
            ):
                yield "JSON in a script", js_literals.revived(value) if "__NUXT_DATA__" in text else value
            break
    if "self.__next_f" in text:
        for value in embedded_json.stream(page):
            yield "the page's stream", value
    for hit in _PLAIN_SCRIPT.finditer(text):
        if len(hit[1]) <= _LONGEST_SCRIPT and "__next_f" not in hit[1] and names_one(hit[1]):
            for value in js_literals.literals(hit[1]):
                yield "a script", value


# The source of a program, or a document that imports some: it declares what it holds.
_PROGRAM: Final = re.compile(
    r"^(?:(?:export )?(?:default )?(?:const|let|var|interface|enum|type) \w|import .{1,80} from ['\"]|\w{1,40}(?:: ?[^=\n]{1,60})? ?= ?[\[{]$)",
    re.MULTILINE,
)


def attribute_values(root: Any, text: str) -> Iterator[tuple[str, Any]]:
    """Yield (where, value) of data in attributes: JSON in one of them, or prices in several beside an element's text."""
    if root is None or not (_IN_ATTRIBUTE.search(text) or ("data-" in text.lower() and _PRICED_DATA.search(text))):
        return
    for element in root.iter(etree.Element):
        if not (items := element.items()):
            continue
        attributes = {str(name): str(value) for name, value in items}
        for name, value in attributes.items():
            if value.lstrip()[:2] in _OPENS_DATA and names_one(value):
                values = list(embedded_json.values(value)) or list(js_literals.literals(f"={value}"))
                is_island = element.tag == "astro-island"
                yield f"the attribute {name}", js_literals.of_island(values) if is_island else values
        own = {name.removeprefix("data-"): value for name, value in attributes.items() if name.startswith("data-")}
        if any(_PRICED.search(name) for name in own):
            shown = squash(" ".join(element.itertext()))
            named = {"name": shown} if len(shown) <= _LONGEST_NAME and not find_amounts(shown) else {}
            yield "data attributes", {**own, **named}


_IN_ATTRIBUTE: Final = re.compile(r"""=\s*(?:"|')\s*[\[{]""")
_PRICED_DATA: Final = re.compile(r"\bdata-[\w-]*(?:price|hour|cost|rate)[\w-]*=", re.IGNORECASE)
_OPENS_DATA: Final = ('{"', "[{", "['", "{'", '["')
_PRICED: Final = re.compile(r"(?:^|[-_])(?:price|hourly|cost|rate)(?:$|[-_])", re.IGNORECASE)
_LONGEST_NAME: Final = 120  # characters
_PLAIN_SCRIPT: Final = re.compile(
    r"<script\b(?![^>]*\b(?:src=|type=[\"'](?!text/javascript|module|application/javascript)))[^>]*>(.*?)</script>",
    re.DOTALL | re.IGNORECASE,
)
_LONGEST_SCRIPT: Final = 400_000  # characters: programs are longer, and hold no price list
