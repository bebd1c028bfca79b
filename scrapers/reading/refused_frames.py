"""Says why the titles and headings around an amount make it no price: once for all rows of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.units import pricing_model


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around an amount that do not change from row to row."""

    kind: str  # of the record
    title: str  # of the amount
    others: tuple[str, ...]  # titles of the other fields
    heading: str
    scope: tuple[str, ...]  # the nearest three
    above: str  # the nearest heading of its line
    is_by_the_hour: bool  # data states an hour as its unit


@lru_cache(maxsize=8192)
def refusal_of(frame: Frame) -> str:
    """Return why the words of a frame make its amounts no prices, or ""."""
    title, nearest = frame.title, frame.scope[:1]
    if _AT_REST.search(title):
        return "a price of a machine that does not run"
    is_of_owner = is_of_a_cost(title) and any(map(_EARNED.search, frame.others))  # "Costs" beside "Revenue"
    if is_of_owner or _EARNED.search(title) or any(map(_EARN.search, nearest)):
        return "what owners of cards earn, not what renters pay"
    if _OF_MARKET.search(title) or _is_end_of_range(frame) or (frame.kind == "object" and _is_of_range(frame)):
        return "a figure of a market, not a provider's price"
    if words.TOTAL.fullmatch(title.strip()) and any(map(_OF_ONE.search, frame.others)):
        return "a sum of several"
    if any(map(_FORMER.match, (frame.heading, *nearest, frame.above))):
        return "a former price"
    if _REGULAR.match(title) and any(map(_DEAL.search, frame.others)):
        return "a former price"
    if _OLD.match(title) and any(map(_NEW.match, frame.others)):
        return "a former price"
    if _OWN_COST.match(title):
        return "what the provider pays, not what renters do"
    if _CAP.search(title):
        return "an upper bound"
    if _SAVED.search(_REBATE.sub(" ", title)):
        return "a discount, a credit, a former price or another sum"
    # The "retail price" of data by the hour is what everybody pays for that.
    is_new = _NEW.match(title) is not None and any(map(_OLD.match, frame.others))  # "Old price", "New price": a cut
    if is_of_a_shop(title) and not is_new and not (frame.kind == "object" and frame.is_by_the_hour):
        return "a price in a shop, not a rent"
    if any(map(_INDEX.search, (title, *frame.others, *frame.scope))):
        return "a figure of a market, not a provider's price"
    return ""


@lru_cache(maxsize=8192)
def is_of_a_shop(title: str) -> bool:
    """Return whether a title is of what a card costs in a shop."""
    return words.SHOP.search(title) is not None


@lru_cache(maxsize=8192)
def without_rebate(title: str) -> str:
    """Return a title without the rebate that a commitment or spot brings: "1 year (save 30 %)"."""
    return _REBATE.sub(" ", title) if pricing_model(title) in ("reserved", "spot") else title


@lru_cache(maxsize=8192)
def result_of(title: str, others: tuple[str, ...]) -> str:
    """Return what an amount without a unit is a result of, as its title and those beside it say, or ""."""
    if any(map(_FORMULA.fullmatch, (title, *others))):
        return "an example or a calculation"
    is_cost = _COST.search(title) is not None and not any(pattern.search(title) for pattern in words.TIME.values())
    return "what a job costs" if is_cost and any(map(_OF_A_JOB.search, others)) else ""


@lru_cache(maxsize=8192)
def is_of_a_cost(title: str) -> bool:
    """Return whether a title is of costs rather than prices."""
    return _COST.search(title) is not None


@lru_cache(maxsize=16_384)
def is_conditional(words_before: str) -> bool:
    """Return whether a title, or the words before an amount, make it a price on a condition."""
    return words.CONDITIONAL.search(words_before) is not None


@lru_cache(maxsize=16_384)
def is_paid_once(words_before: str) -> bool:
    """Return whether a title, or the words before an amount, are of a fee that is paid once."""
    return _ONCE.search(words_before) is not None


@lru_cache(maxsize=8192)
def is_for_a_group(title: str, scope: tuple[str, ...]) -> bool:
    """Return whether a title or the nearest heading is of the prices for one kind of customers."""
    return bool(words.GROUPS.search(title) and not words.GPU.search(title)) or any(map(_is_of_group, scope[:1]))


@lru_cache(maxsize=8192)
def titles_of_groups(titles: tuple[str, ...]) -> frozenset[str]:
    """Return those of some titles that head the names of groups of customers."""
    return frozenset(title for title in titles if _GROUP_TITLE.search(title))


@lru_cache(maxsize=8192)
def title_a_plan(titles: tuple[str, ...]) -> bool:
    """Return whether one of some titles heads credits or hours that a plan includes."""
    return any(map(_PLAN.search, titles))


@lru_cache(maxsize=8192)
def is_of_tokens(title: str, scope: tuple[str, ...]) -> bool:
    """Return whether a title or the nearest heading is of the prices of tokens or requests."""
    return any(map(_TOKENS.search, (title, *scope[:1])))


def _is_end_of_range(frame: Frame) -> bool:
    """Return whether a column is of the lowest prices, beside one of the highest or usual ones."""
    return _LOWEST.search(frame.title) is not None and any(map(_OF_MARKET.search, (frame.title, *frame.others)))


def _is_of_range(frame: Frame) -> bool:
    """Return whether a price of data is one end of a range, or a figure between its ends: "price.min" beside "price.max"."""
    hit = _END.search(frame.title)
    lead = frame.title[: hit.start()] if hit else ""
    return hit is not None and any(one.startswith(lead) and _END.search(one) is not None for one in frame.others)


def _is_of_group(heading: str) -> bool:
    """Return whether a heading is of the prices for one kind of customers: "Rates for university users"."""
    has_group = words.GROUPS.search(heading) and _OF_USERS.search(heading)
    return (
        len(heading) <= 60
        and bool(has_group)
        and not re.search(r"\b(?:all|any|and|external|extern|alle)\b", heading, re.I)
    )


_REBATE: Final = re.compile(
    r"\(?\b(?:(?:save |up to )?\d+\s?% (?:off|discount|savings?|rabatt|de remise)|(?:save|spare|économisez)\s(?:up to |bis zu )?\d+\s?%)\)?",
    re.IGNORECASE,
)
_CAP: Final = re.compile(
    r"\b(?:cap|capped|ceiling|limit|obergrenze|höchstpreis|gedeckelt|plafond|plafonné|massimo|máximo)\b|上限|封顶",
    re.IGNORECASE,
)
_FORMER: Final = re.compile(
    r"\W*(?:previous|former|old|archived?|past|historical|discontinued|retired|deprecated|end[- ]of[- ]life|frühere|alte|anciens?|прежн\w*|архивн\w*)\b(?! (?:generation|gen)\b)|历史|旧|過去",
    re.IGNORECASE,
)
_REGULAR: Final = re.compile(
    r"\W*(?:list|regular|original|standard|old|normal|usual|full)\b(?: (?:price|rate|cost|pricing))?|\W*(?:listenpreis|UVP|prix (?:public|catalogue)|prezzo di listino|precio normal|cena katalogowa|обычная цена)|\s*(?:原价|原價|定价|定價|刊例价|目录价|标准价|官网价|定価|通常価格)",
    re.IGNORECASE,
)
_OLD: Final = re.compile(
    r"\W*(?:old|previous|former|before|until now|alt(?:er)?|bisher\w*|ancien|avant|было|старая)\b|旧|原", re.IGNORECASE
)
_NEW: Final = re.compile(
    r"\W*(?:new|now|current|after|neu(?:er)?|ab sofort|nouveau|maintenant|стало|новая)\b|新|现", re.IGNORECASE
)
_DEAL: Final = re.compile(
    r"\b(?:deals?|sale|promo\w*|discounted|special|offer|reduced)\b.{0,12}\b(?:price|rate|pricing)\b|^(?:deal|sale|promo|you(?:'ll)? pay|(?:your|our|final|new|current) price|price after discount|discounted)$|活动价|活動價|特价|特價|优惠价|優惠價|促销价|限时价|折(?:后|扣)价|aktionspreis|angebotspreis|prix (?:remisé|promo)|prezzo scontato|con descuento|cena promocyjna|со скидкой|特別価格|キャンペーン価格",
    re.IGNORECASE,
)
_OWN_COST: Final = re.compile(r"\W*(?:provider|supplier|wholesale|our|internal|infra\w*)[ _-]cost", re.IGNORECASE)
_SAVED: Final = re.compile(
    r"\b(?:you save|sav(?:e|ed|ings?)(?! plans?)|difference|ersparnis|économies?|экономия)\b|节省|お得", re.IGNORECASE
)
_AT_REST: Final = re.compile(
    r"\b(?:stopped|paused|idle|suspended|powered[- ]off|hibernat\w+|gestoppt|arrêté\w*|остановлен\w*)\b|关机|停止中",
    re.IGNORECASE,
)
_EARNED: Final = re.compile(
    r"\b(?:earn(?:s|ings?)?|payouts?|(?<!non-)(?<!non )(?<!for-)(?<!for )profit(?:s|ability)?|revenue|become a (?:host|provider)|verdienst|доход\w*|заработ\w*)\b|收益|収益",
    re.IGNORECASE,
)
_EARN: Final = re.compile(
    r"\b(?:earn(?:ings?)?|payouts?|become a (?:host|provider)|заработ\w*)\b|收益|収益", re.IGNORECASE
)
_OF_MARKET: Final = re.compile(
    r"^\W*(?:highest|max(?:imum)?|avg|average|median|mean)\b(?! (?:gpus?|count|cards?|vram|memory))", re.IGNORECASE
)
_LOWEST: Final = re.compile(
    r"^\W*(?:lowest|min(?:imum)?)\b(?! (?:gpus?|count|cards?|vram|memory|term|commitment))", re.IGNORECASE
)
_END: Final = re.compile(
    r"\b(?:max(?:imum)?|min(?:imum)?|highest|lowest|high(?= price)|low(?= price)|avg|average|weighted average|median|med|mean)(?: price)?$",
    re.IGNORECASE,
)
_OF_ONE: Final = re.compile(
    r"\b(?:unit|each|single) (?:price|cost|rate)\b|\b(?:price|cost|rate) (?:each|per unit)\b|单价|単価", re.IGNORECASE
)
_GROUP_TITLE: Final = re.compile(
    r"\b(?:user|customer|client|rate|price) ?(?:groups?|types?|categor\w*|class)\b|\bkundengruppe|\bnutzergruppe|利用者区分|用户类型",
    re.IGNORECASE,
)
_OF_USERS: Final = re.compile(
    r"\b(?:users?|customers?|rates?|prices?|pricing|members?|clients?|nutzer|kunden|tarife?|utilisateurs?)\b",
    re.IGNORECASE,
)
_PLAN: Final = re.compile(
    r"^\s*(?:included |monthly |free )?(?:credits?|compute units|hours included|included hours|hours)(?: included| per month|/mo(?:nth)?)?\s*$|^(?:含|赠)?算力(?:点|时长)",
    re.IGNORECASE,
)
_COST: Final = words.word(r"costs?|totals?|kosten|coûts?|стоимость|итого", "费用|成本|总价|費用")
# How long some job takes on each of the cards.
_OF_A_JOB: Final = re.compile(
    r"\b(?:train(?:ing)?|run(?:ning)?|wall(?:[- ]clock)?|est\.?|estimated|render(?:ing)?|processing|job|epoch|completion|total) ?(?:times?|durations?|runtime)\b|\bruntime\b|\btime to \w+"
    r"|^\W*gpu[- ]?(?:hours|hrs)\W*$|训练(?:时间|时长|耗时)|学習時間|(?:trainings|rechen|lauf)zeit\b|temps d'entraînement|время обучения",
    re.IGNORECASE,
)
_FORMULA: Final = re.compile(
    r"\W*(?:formula|calculation|arithmetic|formel|berechnung|calcul|формула|расч[её]т|公式|計算式)\W*", re.IGNORECASE
)
_INDEX: Final = re.compile(r"\b(?:price|rental|market|spot|gpu) index\b|^index$", re.IGNORECASE)
_TOKENS: Final = re.compile(
    r"per[- ](?:1m|million|1k)?\s*tokens?|per image|per request|^\W*(?:cached[ _-])?(?:input|output)[ _-](?:prices?|costs?|tokens?)\b",
    re.IGNORECASE,
)
_ONCE: Final = re.compile(
    r"\b(?:set-?up|installation|one[- ]time|initial|activation|onboarding|attivazione|instala\w+|installazione|aktywac\w*|instalac\w*|alta|kurulum|einrichtung\w*|einmalig\w*|frais d'installation|mise en service)\b|初期|首次|一次性|установк|подключени",
    re.IGNORECASE,
)
