"""Renders pages to bytes: every value escaped, links relative to the page, independent of the clock."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from pipelines.reports import wording
from pipelines.reports.data_terms import MIT, DataTerms
from pipelines.reports.html_snippets import Links, RowMarkup, is_web
from pipelines.reports.page_model import SitePage
from pipelines.reports.site_data import SiteData, gpu_name
from pipelines.serialize import json_value

HERE = Path(__file__).parent
MEDIA = {"CSV": "text/csv", "JSON": "application/json", "Parquet": "application/vnd.apache.parquet"}
SECTIONS = (
    ("explore.html", "Explore"),
    ("index.html", "Today"),
    ("gpus.html", "GPUs"),
    ("providers.html", "Providers"),
    ("compare.html", "Compare"),
    ("tokens.html", "Tokens"),
    ("train-or-infer.html", "Train or infer"),
    ("indices.html", "Indices"),
    ("changes.html", "Changes"),
    ("2023.html", "2023 and now"),
    ("data.html", "Data"),
    ("methodology.html", "Methodology"),
    ("health.html", "Health"),
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load, named by its content, so that browsers can cache it until it changes."""

    path: str
    content: bytes


def asset(name: str) -> Asset:
    """Return a file of static/."""
    content = (HERE / "static" / name).read_bytes()
    stem, _, suffix = name.rpartition(".")
    return Asset(f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}", content)


class Renderer:
    """Renders the pages of one build."""

    def __init__(self, data: SiteData, base_url: str, has_reference: bool, terms: DataTerms = MIT) -> None:
        """`base_url` is the address of the site, without a slash at its end; empty where it is unknown."""
        names = ("style.css", "compare.js", "explore.js", "sql.js", "chart.js", "load.js")
        style, compare, explore, sql, chart, load = map(asset, names)
        icon = Asset("assets/icon.svg", (HERE / "static" / "icon.svg").read_bytes())
        self.assets = (style, compare, explore, sql, chart, load, icon)
        self.links = Links(data)
        self.site = {
            "base_url": base_url,
            "terms": {"name": terms.name, "url": terms.url},
            "ribbon": ribbon(data),
            "has_live": data.meta["has_live"],
            "version": data.meta["schema_version"],
            "sections": [s for s in SECTIONS if has_reference or s[0] != "2023.html"],
            "media": MEDIA,
            "style": style.path,
            "compare": compare.path,
            "explore": explore.path,
            "sql": sql.path,
            "chart": chart.path,
            "load": load.path,
        }
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_compiled_templates(),
        )
        self.environment.filters |= _filters(data)
        self.environment.globals |= {"site": self.site, "links": self.links, "mark": RowMarkup(data, self.links)}

    @cached_property
    def digest(self) -> str:
        """Return a hash of everything that all pages depend on: templates, code, links, the frame."""
        files = sorted(path for pattern in ("**/*.py", "templates/*", "static/*") for path in HERE.glob(pattern))
        content = (
            "".join(hashed(path.read_bytes()) for path in files)
            + self.links.digest
            + json.dumps(self.site, default=str)
        )
        return hashed(content.encode())

    def key(self, page: SitePage) -> str:
        """Return a hash that is equal for pages of equal content."""
        content = (
            page.path,
            page.template,
            page.title,
            page.about,
            page.as_of,
            [(f.path, f.what) for f in page.downloads],
            page.facts,
        )
        return hashed((self.digest + json.dumps(content, default=str)).encode())

    def render(self, page: SitePage) -> bytes:
        """Return the page, with links relative to its path."""
        template = self.environment.get_template(page.template)
        text = template.render(page=page, linked=_linked(page, self.site) if page.is_dataset else None, **page.facts)
        # Quotes in scraped text are escaped, so only templates can write this mark.
        return text.replace('"@/', '"' + "../" * page.path.count("/")).encode()

    def text(self, template: str, **facts: Any) -> bytes:
        """Render a template that is not a page: a feed, a text."""
        return self.environment.get_template(template).render(**facts).encode()


def _compiled_templates() -> FileSystemBytecodeCache | None:
    """Return where compiled templates are kept: beside our compiled modules, and like those only where that may be."""
    folder = HERE / "__pycache__"
    may_write = not sys.dont_write_bytecode and folder.is_dir() and os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder), "template-%s.pyc") if may_write else None


def ribbon(data: SiteData) -> str:
    """Return the notice that readers must see before they quote anything; empty where prices are live."""
    origins, samples = data.meta["origins"] or [], "sample pages, rebuilt by hand from published prices"
    if "sample" in origins and data.meta["has_live"]:
        return f"Prices marked sample are of {samples}, not of the providers' own pages. Do not quote them."
    if data.meta["has_live"]:
        return ""
    if "sample" in origins:
        return f"Demo data of {data.today} and before: {samples}, not today's prices. Do not quote them."
    if "recorded" in origins:
        return f"Demo data: recorded pages of {data.today} and before, not today's prices. Do not quote them."
    return f"Imported history up to {data.today}: not today's prices."


def _linked(page: SitePage, site: dict[str, Any]) -> dict[str, Any]:
    """Return schema.org's Dataset, for search engines for data."""
    base = f"{site['base_url']}/" if site["base_url"] else ""
    dataset: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"gpuhour: {page.title}",
        "description": page.about
        if len(page.about) >= 50
        else f"{page.about} List prices of cloud GPUs in USD per GPU-hour.",
        "license": site["terms"]["url"] or site["terms"]["name"],
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "gpuhour"},
        "variableMeasured": "USD per GPU-hour",
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": MEDIA.get(f.form, "application/atom+xml"),
                "contentUrl": f"{base}{f.path}",
                "name": f.what,
            }
            for f in page.downloads
        ],
    }
    if page.as_of:
        dataset["dateModified"] = page.as_of.isoformat()
    if base:
        dataset["url"] = f"{base}{page.path}"
    return dataset


def _filters(data: SiteData) -> dict[str, Callable[..., Any]]:
    named = (
        wording.usd,
        wording.price,
        wording.small,
        wording.large,
        wording.count,
        wording.pct,
        wording.moved,
        wording.share,
        wording.day,
        wording.long_day,
        wording.age,
        wording.pricing,
        wording.kind,
        wording.will,
        wording.provider_kind,
        wording.number,
    )
    return {f.__name__: f for f in named} | {
        "provider": data.provider_name,
        "gpu": lambda key: gpu_name((key[0], key[1])),
        "is_web": is_web,
        "ident": lambda text: re.sub(r"[^A-Za-z0-9_-]", "-", str(text)),
        "shortened": _shortened,
        "moment": _moment,
        "first_sentence": lambda text: (
            re.split(r"(?<=\.)\s", text.removeprefix("View: "), maxsplit=1)[0] if text else ""
        ),
    }


def _shortened(text: str | None, most: int = 60) -> str:
    return text or "" if len(text or "") <= most else f"{(text or '')[: most - 1]}…"


def _moment(value: datetime) -> str:
    return f"{wording.day(value.date())}, {value:%H:%M} UTC"


def dumps(document: dict[str, Any]) -> bytes:
    """Return JSON with a member per line, and within lists an element per line."""
    # Python's own indenting encoder takes several times as long.
    encode = json.JSONEncoder(ensure_ascii=False).encode
    members = (f"{encode(name)}: {_member(json_value(value), encode)}" for name, value in document.items())
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _member(value: Any, encode: Callable[[Any], str]) -> str:
    if not isinstance(value, list) or not value:
        return encode(value)
    return "[\n" + ",\n".join(map(encode, value)) + "\n]"


def hashed(content: bytes) -> str:
    """Return a short hash of these bytes."""
    return hashlib.sha256(content).hexdigest()[:24]
