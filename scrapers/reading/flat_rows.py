"""Finds rows and cards among paragraphs that no box divides: one pattern of names and prices, again and again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from scrapers.parsing.text import squash
from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions, names_one
from scrapers.reading.amounts import find_amounts
from scrapers.reading.units import pricing_model

# Levels of parts, below those of headings, 1 to 5.
TITLE: Final = 6  # of a paragraph that heads those below it
REPEATED: Final = 7  # of a row or card
END: Final = 0  # where what follows belongs to no such part


def parts_of(paragraphs: Sequence[Any]) -> dict[int, int]:
    """Return where parts begin among the paragraphs and lists below one heading: titles, and what repeats below each."""
    texts = [squash(one.text_content()) if one.tag in _FLAT else None for one in paragraphs]
    kinds = [_kind(text) for text in texts]
    if _AMOUNT not in kinds:
        return {}
    shown = [(text or "") if kind else "" for text, kind in zip(texts, kinds, strict=True)]
    titles = _titles_amid(shown, kinds)
    parts = dict.fromkeys(titles, TITLE)
    for before, end in itertools.pairwise([-1, *titles, len(kinds)]):
        for index, level in _repeated(shown[before + 1 : end], kinds[before + 1 : end]).items():
            parts.setdefault(before + 1 + index, level)
    return parts


def _titles_amid(texts: Sequence[str], kinds: Sequence[str]) -> list[int]:
    """Return which short paragraphs say how the cards below them are sold: "Spot instances", each above a name.

    Where such a one follows the last price, or stands between two, they may be of the prices above them.
    """
    others = [text if kind == _OTHER else "" for text, kind in zip(texts, kinds, strict=True)]
    models = [i for i, text in enumerate(others) if 0 < len(text) <= _SHORT and pricing_model(text) is not None]
    named = {i for i, kind in enumerate(kinds) if kind == _NAME or (kind == _AMOUNT and _names_its_own(texts[i]))}
    titles = [i for i in models if i + 1 in named and not _is_of_column(kinds, others, i)]
    if not titles or any(i and kinds[i - 1] == _AMOUNT and i not in titles for i in models):
        return []
    leads = titles[0] < min(*named, kinds.index(_AMOUNT))
    n_cards = [sum(k in named for k in range(i, j)) for i, j in itertools.pairwise([0, *titles, len(kinds)])]
    are_titles = leads or min(n_cards) >= _SEVERAL or all(_OF_CARDS.search(texts[i]) for i in titles)
    return titles if are_titles else []


def _names_its_own(text: str) -> bool:
    """Return whether a line names an accelerator beside its price: "H100 – $2.20/hr"."""
    return len(text) <= 2 * _SHORT and names_one(text)


def _is_of_column(kinds: Sequence[str], texts: Sequence[str], at: int) -> bool:
    """Return whether a line is the last of the titles above rows: "GPU", "VRAM", "On-demand", "Reserved"."""
    above = itertools.takewhile(bool, (texts[at - i] for i in range(1, min(_LONGEST, at + 1))))
    if any(words.LABEL.fullmatch(text) or words.INSTANCE.fullmatch(text) for text in above):
        return True
    size = _pattern_size(kinds, at + 1)
    return size > 0 and _first_row(kinds, texts, at + 1, size) == at + 1


_SEVERAL: Final = 2  # cards below one title
_OF_CARDS: Final = words.word(
    r"instances|gpus|prices|pricing|rates|clusters?|servers|machines|nodes|vms|capacity|instanzen|preise|tarife|server|serveurs|tarifs|prix",
    "实例|价格|云服务器|インスタンス|料金",
)


def _repeated(texts: Sequence[str], kinds: Sequence[str]) -> Mapping[int, int]:
    """Return where paragraphs repeat one pattern, with a name and a price in each: rows below their titles, or cards."""
    befores, afters = _last_telling(kinds), _last_telling(reversed(kinds))[::-1]
    starts: dict[int, int] = {}
    at, left = 0, 0  # where what is left begins
    while at < len(kinds):
        size = _pattern_size(kinds, at)
        row = _first_row(kinds, texts, at, size) if size else 0
        stop = _stop(kinds, row or at, size) if size else at
        before = befores[at] if any(kind in _TELLING for kind in kinds[max(left, at - _LONGEST) : at]) else ""
        fit = _Order.CLEAR if row else _order(afters[at], before, afters[stop], befores[-1])
        if not row and (kinds[at : at + size].count(_NAME) != 1 or fit is _Order.SHIFTED):
            at += 1
            continue
        if fit is _Order.CLEAR:
            starts |= dict.fromkeys([row - size] if row else range(at, stop, size), REPEATED)
            starts[stop] = END
        at = left = stop
    return starts


def _last_telling(kinds: Iterable[str]) -> list[str]:
    """Return for each place which of a name and an amount stands nearest before it."""
    return list(itertools.accumulate(kinds, lambda last, kind: kind if kind in _TELLING else last, initial=""))


class _Order(Enum):
    """Whether what stands around a pattern agrees which of its names and prices belong together."""

    CLEAR, SHIFTED, OPEN = range(3)


def _order(first: str, before: str, after: str, last: str) -> _Order:
    """Return whether names clearly stand above their prices, or below them.

    Where they stand above, the `last` of all names and prices is a price. Where they stand below, it is a name, and
    none stands right before the first price: else each may have its price below it.
    """
    if first == _NAME:
        return _Order.OPEN if last == _NAME else _Order.CLEAR
    if before == _NAME:
        return _Order.SHIFTED if last == _AMOUNT else _Order.OPEN
    return _Order.OPEN if after == _AMOUNT else _Order.CLEAR


def _first_row(kinds: Sequence[str], texts: Sequence[str], at: int, size: int) -> int:
    """Return where the first row stands below as many titles, of those that a pattern at a place may begin with; 0 for none."""
    for row in (at + kinds[at : at + size].index(_NAME), at):
        titles = texts[max(0, row - size) : row]
        are_apart = not {*titles} & {*texts[row : row + 2 * size]}  # what stands in rows too is no title
        if len(titles) == size and are_apart and _pattern_size(kinds, row) == size and _are_titles(titles):
            return row
    return 0


def _pattern_size(kinds: Sequence[str], at: int) -> int:
    """Return of how many kinds the shortest pattern is that repeats from there on, with a name and a price; 0 for none."""
    for size in range(_SHORTEST, min(_LONGEST, (len(kinds) - at) // 2) + 1):
        pattern = kinds[at : at + size]
        if pattern == kinds[at + size : at + 2 * size] and _NAME in pattern and _AMOUNT in pattern:
            return size
    return 0


def _stop(kinds: Sequence[str], at: int, size: int) -> int:
    """Return where a pattern ends to repeat."""
    stop = at
    while kinds[stop : stop + size] == kinds[at : at + size]:
        stop += size
    return stop


def _kind(text: str | None) -> str:
    """Return whether a paragraph or list prices something, names an accelerator, or neither; "" for anything else."""
    if text is None or len(text) > _LONGEST_TEXT:
        return ""
    if find_amounts(text) or words.NOTHING.match(text) or (words.SALES.search(text) and len(text) <= _SHORT):
        return _AMOUNT
    names = {m.key for m in mentions(text)}
    is_of_two = len(names) == _TWO and len(text) <= _SHORT and not _LISTS.search(text)  # "RTX A6000/A40"
    return _OTHER if not names else _NAME if len(names) == 1 or is_of_two else _NAMES


def _are_titles(texts: Sequence[str]) -> bool:
    are_words = all(len(text) <= _SHORT and _WORD.search(text) and not find_amounts(text) for text in texts)
    return are_words and any(words.LABEL.search(text) or words.INSTANCE.search(text) for text in texts[:2])


_FLAT: Final = frozenset({"p", "ul", "ol"})
_AMOUNT, _NAME, _NAMES, _OTHER = "amount", "name", "names", "other"  # "A100, H100 and others" names no card
_TWO: Final = 2
_LISTS: Final = re.compile(r"[,、;]|\b(?:and|und|et|or)\b|等")
_TELLING: Final = (_AMOUNT, _NAME)
_SHORTEST, _LONGEST = 2, 12  # paragraphs of a pattern
_LONGEST_TEXT, _SHORT = 300, 40  # characters
_WORD: Final = re.compile(r"[^\W\d_]{2}")
