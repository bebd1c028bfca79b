"""Recognises answers for bots instead of readers: challenges, captchas, consent walls, another country's page.

A wall is no layout that a parser should know and no page without prices: it says that this machine was not let in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from scrapers.model import FetchError, Page, clip

REFUSALS = {403: "refused", 429: "too many requests", 451: "not for this country"}
LARGEST = 512 * 1024  # bytes: walls are small
_MOST_TEXT = 1500  # characters that people see on a wall
# Headers by which a service says that it challenges instead of answering.
_HEADERS = {"cf-mitigated": ("challenge", "block"), "x-amzn-waf-action": ("challenge", "captcha", "block")}
# Scripts that only a challenge page has; pages that were let through carry other parts of the same services.
_SCRIPTS = re.compile(
    r"_cf_chl_opt|cf-browser-verification|captcha-delivery\.com|px-captcha|awswaf[\w.]*\.(?:js|com)\S*challenge"
    r"|sucuri_cloudproxy|ddos-guard/js-challenge|/_sec/cp_challenge",
    re.IGNORECASE,
)
_PHRASES = (
    r"just a moment",
    r"checking (?:if the site connection is secure|your browser)",
    r"verify(?:ing)? (?:that )?you are (?:a )?human",
    r"are you (?:a )?(?:robot|human)",
    r"(?:not|no) (?:a )?(?:ro)?bot\b",
    r"attention required",
    r"access (?:to this page has been )?denied",
    r"security checkpoint|complete the security check",
    r"enable javascript and cookies to continue|enable js and disable any ad blocker",
    r"unusual traffic|pardon our interruption",
    r"(?:complete|solve) the captcha|ddos protection by",
    r"(?:have|has) been (?:temporarily )?blocked",
    r"before you continue to",
    r"(?:content|page|site|website) is not available in your (?:country|region|location)",
)
_WORDS = re.compile("|".join(_PHRASES), re.IGNORECASE)
_CONSENT = re.compile(
    r"\bcookies?\b.*\b(?:accept|agree|consent|reject)|\b(?:accept|agree|consent)\b.*\bcookies?\b",
    re.IGNORECASE | re.DOTALL,
)
_AMOUNT = re.compile(r"[$€£₹]\s*\d|\d\s*(?:USD|EUR)\b")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?")
_OURS = {"en", "us", "en-us", "en_us"}  # what our Accept-Language asks for


def refusal(status: int, headers: Mapping[str, str], body: bytes = b"") -> str:
    """Return how an answer's status, headers or the page that came with an error say "not for you"; empty otherwise."""
    lower = {name.lower(): value.lower() for name, value in headers.items()}
    for name, actions in _HEADERS.items():
        if any(action in lower.get(name, "") for action in actions):
            return f"a challenge ({name}: {clip(lower[name], 40)})"
    if status != 200 and body and (wall := challenge(body)):
        return wall
    return REFUSALS.get(status, "")


def challenge(content: bytes) -> str:
    """Return what makes HTML a challenge, a captcha or a consent wall, in a few words; empty for any other page.

    A page is one only if it shows little text and no amount: price pages load parts of the same services, print the
    words "accept cookies", and have forms with captchas.
    """
    if len(content) > LARGEST or not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return ""
    text = content.decode("utf-8", "replace")
    script = _SCRIPTS.search(text)
    if not (script or _WORDS.search(text) or _CONSENT.search(text)):
        return ""
    tree = BeautifulSoup(text, "lxml")
    title = clip(tree.title.get_text(" ") if tree.title else "", 80)
    for tag in tree(["script", "style", "template"]):
        tag.decompose()
    seen = " ".join(tree.get_text(" ").split())
    if len(seen) > _MOST_TEXT or _AMOUNT.search(seen):
        return ""
    if script:
        return f"a challenge page ({clip(script[0], 40)})"
    if words := _WORDS.search(seen):
        return f"a challenge page ({clip(words[0], 60)!r})"
    if _CONSENT.search(seen) and not _has_content(tree):
        return f"a consent wall ({title or clip(seen, 60)!r})"
    return ""


def check(asked: str, answered: str, content: bytes) -> None:
    """Raise FetchError of kind blocked for a page that is a bot wall, or that is meant for another country."""
    if wall := challenge(content):
        raise FetchError(f"{asked} returned {wall} instead of its page", "blocked", 200)
    if country := other_country(asked, answered):
        raise FetchError(f"{asked} leads to the page of another country or language: {country}", "blocked", 200)


def _has_content(tree: BeautifulSoup) -> bool:
    """Check for text beside that of consent: a page with a banner has headings, rows or paragraphs of its own."""
    blocks = [tag.get_text(" ") for tag in tree.find_all(["h1", "h2", "h3", "td", "li", "p", "main"])]
    others = sum(len(text) for text in blocks if not re.search(r"cookie|consent|privacy|partners", text, re.IGNORECASE))
    return others > 200


def of_page(page: Page) -> str:
    """Return what makes a page a wall, empty where it is none."""
    with page.open() as stream:
        content = stream.read(LARGEST + 1)
    return challenge(content)


def other_country(asked: str, answered: str) -> str:
    """Return where a redirect led if that is the same page for another country or language; empty otherwise."""
    was, now = _parts(asked), _parts(answered)
    if was is None or now is None:
        return ""
    (was_labels, was_path), (now_labels, now_path) = was, now
    locale = next(iter(now_path), "")
    if (
        _LOCALE.fullmatch(locale)
        and locale not in _OURS
        and (now_path[1:] == was_path or (now_path[1:] == was_path[1:] and _LOCALE.fullmatch(next(iter(was_path), ""))))
        and now_path != was_path
    ):
        return f"/{locale}/"
    if now_labels != was_labels and now_path == was_path:
        if len(now_labels[-1]) == 2 and now_labels[:-1] == was_labels[:-1]:
            return f".{now_labels[-1]}"
        if now_labels[1:] == was_labels and _LOCALE.fullmatch(now_labels[0]) and now_labels[0] not in _OURS:
            return f"{now_labels[0]}."
    return ""


def asks_for_consent(url: str) -> bool:
    """Check for the address of a service that asks for consent or a captcha before it leads back to the page."""
    parts = _parts(url)
    return parts is not None and bool(
        re.search(
            r"(?:^|\W)(?:consent|captcha|challenge|validate[._-]?human|are-you-human)(?:$|\W)",
            "/".join((*parts[0], *parts[1])),
        )
    )


def _parts(url: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the labels of the host without www, and the segments of the path, in small letters; None for no URL."""
    try:
        parts = urlsplit(url.lower())
        labels = tuple((parts.hostname or "").removeprefix("www.").split("."))
    except ValueError:
        return None
    return labels, tuple(segment for segment in parts.path.split("/") if segment)
