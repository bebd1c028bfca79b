"""Finds names of accelerators in a text, and how many of them it states, without resolving the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

# Most places are ruled out by the sign there or the one before it.
_BEGIN = r"(?=[^\W_])(?:(?<![A-Za-z0-9.])|(?<=[x×*ueao])(?:(?<=\d[xX×*])|(?<=gpu)|(?<=geforce)|(?<=nvidia)|(?<=tesla)|(?<=quadro)))"
_END = r"(?![A-Za-z0-9]|\.\d)"
_FORM = r"(?:[ _-]?(?:SXM\d?|PCI-?E|NVLINK|NVL\d{0,2}|HGX|DGX|OAM|HBM\d\w?))*"
_SIZE = r"(?:[ _-]?\(?\d{2,3}\s?G[iI]?[bB]?\)?|, ?\d{2,3}\s?G[iI]?B\b(?! ?(?:of |system )?(?:RAM|memory|DDR|SSD|NVMe|disk|storage)))?"
# Product lines rather than models, so that new cards match too; the warehouse identifies the model.
_NAMES: Final = (
    r"(?:G[BH]|V?R)\d{3}(?:[ _-]{0,2}NVL\d{0,3})?|[BHR][1-9]00|H20(?:-?3e)?|B20A?"  # data center, Hopper and later
    r"|A(?:100|800|2(?![ _-](?:v\d|high|mega|ultra|standard))|10G?|16|30|40)[XM]?|L(?:4|20|40[SG]?|2)(?!\s?cache)|T4(?:G(?!\.))?|P(?:4|40|100)|V100[SN]?|K(?:80|40|520|10)|M(?:60|40|10)"
    r"|(?:(?:NVIDIA|Quadro|GeForce|Tesla|GRID)[ _-]{0,2})*(?:RTX|GTX)[ _-]{0,2}(?:PRO[ _-]{0,2})?[A-Z]?\d{3,4}(?:[ _-]{0,2}(?:Ti|SUPER|SFF|Ada|Blackwell|SE|D|MaxQ|Max-Q|Generation|Workstation|Server|Edition))*"
    r"|(?:RTX[ _-]{0,2})?A(?:2000|4000|4500|5000|5500|6000)(?:[ _-]{0,2}Ada)?|PRO[ _-]?(?:4000|4500|5000|6000)(?=[ _-](?:SE|WE|WK|WS|Blackwell|Server|Workstation|Max-?Q|\d\dGB|\d\d GB)\b)|Quadro[ _-]{0,2}[A-Z]{0,3}[ _-]{0,2}[A-Z]?\d{3,4}|[MP][2456]000|T(?:400|600|1000)(?=\s*\d+\s?GB)"
    r"|TITAN[ _-]{0,2}(?:RTX|Xp?|V)|GeForce[ _-]{0,2}\d{3,4}(?:[ _-]{0,2}Ti)?"
    r"|(?:Instinct[ _-]{0,2})?MI[ _-]{0,2}\d{2,3}[AXP]?|Radeon[ _-]{0,2}(?:Pro[ _-]{0,2})?(?:RX[ _-]{0,2})?[A-Z]{0,2}\d{3,4}(?:[ _-]{0,2}XTX?)?|RX[ _-]{0,2}\d{4}(?:[ _-]{0,2}XTX?)?|V(?:620|710)"
    r"|Gaudi[ _-]{0,2}\d?|Data Center GPU (?:Max|Flex)\s?\d*|Arc[ _-]{0,2}(?:Pro[ _-]{0,2})?[AB]\d{2,3}|PVC"
    r"|TPU(?:[ _-]{0,2}v?\d\w{0,6})?(?:[ _-]{0,2}Pod)?|v(?:2|3|4|5e|5p|5litepod|6e)[_-][1-9]\d{0,3}|Trainium[ _-]{0,2}\d?|Inferentia[ _-]{0,2}\d?"
    r"|(?<=GPU )[2345]0[5-9]0(?:[ _-]?(?:Ti|SUPER))*|Tenstorrent[ _-]{0,2}\w*|Trillium|Ironwood|(?:Wormhole|Blackhole)[ _-]{0,2}[npNP]?\d{0,3}[a-z]?|Ascend[ _-]{0,2}\d{3}\w?|昇腾\s?\d{3}\w?|MLU\d{3}|DCU[ _-]{0,2}\w*|Cloud AI 100"
)  # fmt: skip
_NAME = re.compile(rf"{_BEGIN}(?P<name>{_NAMES})(?P<form>{_FORM}){_SIZE}(?:(?=x\d)|s?{_END})", re.IGNORECASE)
# A label cell may leave the line out: "4090 24G".
_BARE_CARD = re.compile(
    r"(?:(?<![A-Za-zА-я0-9_$€£₹¥.,-])|(?<=[Gg][Pp][Uu][-_])|(?<=[\s\d]-))(?P<name>[2345]0[5-9]0)(?:[ _-]?(?:Ti|SUPER|D))*(?![A-Za-zА-я0-9_.,%元円원])"
)
_MARKS: Final = {ord(sign): " " for sign in "™®©"}
_OTHER_CARD = re.compile(
    r"\b(?:FPGA|Alveo|Xilinx|VCK\d+|U\d{2,3}C?\s+media|video\s+card|load[- ]?balanc\w*|firewalls?)\b", re.IGNORECASE
)
_COUNT_BEFORE = re.compile(
    r"(?<![A-Za-z0-9./$€£₹¥–—~〜-])(?<!\d,)(?P<n>\d{1,4})[\s_-]*(?:[x×*✕]|(?:st|stk|szt|ks|шт)\b\.?|Stück|-?(?:gpus?|cards?|卡|张|張|枚|块|塊|颗|顆|片|基|장|개)\s*[x×*]?)[\s_-]*$|(?<![\w./,$€£₹¥:–—~〜-])(?P<m>\d{1,3})(?:\s+|(?<=^\d)\s?[(（]\s?)(?:(?:NVIDIA|AMD|Tesla|HGX|DGX|Instinct)\s+)*$",
    re.IGNORECASE,
)
_IN_WORDS: Final = {
    "a": 1,
    "one": 1,
    "single": 1,
    "two": 2,
    "dual": 2,
    "double": 2,
    "three": 3,
    "four": 4,
    "quad": 4,
    "six": 6,
    "eight": 8,
    "ten": 10,
    "sixteen": 16,
}
# "H100 八卡整机", "双卡"
_HAN: Final = {
    "单": 1,
    "單": 1,
    "一": 1,
    "双": 2,
    "雙": 2,
    "两": 2,
    "兩": 2,
    "二": 2,
    "四": 4,
    "六": 6,
    "八": 8,
    "十": 10,
}
_HAN_CARDS = re.compile(r"(?P<han>[单單一双雙两兩二四六八十])\s?卡(?!时|時)")
_COUNT_WORD = re.compile(
    rf"(?<![\w-])(?P<word>{'|'.join(_IN_WORDS)})[ -]+(?:(?:NVIDIA|AMD|Tesla|GeForce|HGX|DGX|Instinct|Intel|full|whole)\s+)*$",
    re.IGNORECASE,
)
_COUNT_AFTER = re.compile(
    r"^[\s(,_:•·-]*(?:を|が)?(?:[x×*✕]\s?(?P<n>\d{1,4})(?![A-Za-z0-9.])|(?<=\()(?P<q>1|2|3|4|6|8|10|16)\)|(?<=:)(?P<r>1|2|3|4|6|8|10|16)(?![\w.:])|(?P<p>\d{1,4})\s?[x×✕](?![A-Za-z0-9.])|(?P<m>\d{1,4})\s?-?(?:gpus?|cards?|chips?|accelerators?|ea|pcs|шт|卡|张|張|枚|块|塊|颗|顆|片|基|장|개)(?![A-Za-z]|[\s-]?(?:hours?|hrs?|h\b|时|時)))",
    re.IGNORECASE,
)
_GPUS = re.compile(
    r"(?<![\w./,$€£₹¥~〜～–—-])(?P<n>\d{1,4})\s?[x×*]?[\s-]?(?:(?:nvidia|amd|dedicated|whole|full)\s+)?(?:gpus?|卡|[张張](?:GPU|显卡|顯卡)|枚|(?:видео)?карт[аы]?(?!\w)|grafikkarten?|cartes? graphiques?|graphics cards?)(?!\s*[-/ ]?\s*(?:hours?|hrs?|h\b|ram|memory|mem\b|vram|时|時))(?![A-Za-z])"
    r"|(?:(?:\bgpus\b|\bgpus?\s*(?:count|number|qty|per \w+)|GPU数量?|卡数)\s*[:：=x×]?|\bgpu\s*[:：=x×])\s*(?P<m>\d{1,4})(?![\w.,]|\s*(?:gb|g\b|[x×]))"
    r"|\((?P<r>\d{1,3})\s?[x×]\)|\([x×]\s?(?P<s>\d{1,3})\)"
    r"|(?<!\d\.0)(?:^|\s)[x×](?P<o>\d{1,4})(?:$|\s)|^(?P<q>\d{1,4})\s?[x×](?:\s+config\w*)?$",
    re.IGNORECASE,
)


# Behind words that say more of the card: "V100 with NVLink 32GB × 8, 96 cores".
_COUNT_BEHIND = re.compile(
    r"(?:[\s(-]{1,3}(?:(?!v?ram\b|v?cpus?\b|cores?\b|ddr|ssd|nvme|hdd|disk|xeon|epyc|ryzen)[A-Za-z][A-Za-z-]{1,11}|\d{2,3}\s?(?:G[Bo]?|Gi?B|ГБ?))\)?){1,3}"
    r"\s*(?:[x×х*✕]\s?(?P<n>[1-9]|1[0-6])|(?P<m>[1-9]|1[0-6])\s?(?:[x×х]|[卡张張枚块塊颗顆片基장개]))(?=\s*(?:$|[,;)|]))",
    re.IGNORECASE,
)
# Lanes of a slot, and numbers of GPUs that there are or may be.
NOT_ITS_OWN = re.compile(
    r"\b(?:from|over|above|beyond|as of|ab|dès|от) \d{1,4}\+?\s?(?:GPUs?|cards?|nodes?)\b|\b\d{1,4}\s?GPUs?,? min(?:imum|\b\.?)"
    r"|\bPCI-?e?\w*\s*(?:gen\s*)?\d?(?:\.\d)?\s*x\d{1,2}\b|\b(?:up to|max(?:imum)?(?: of)?|bis zu|jusqu'à)\s+\d{1,4}\s*x?\s*GPUs?\b"
    r"|(?<![\w.])\d{1,4}\s*x?\s*(?:GPUs?|cards?)\s+(?:available|left|free|in stock|online|idle|verfügbar|disponibles?)\b"
    r"|(?:可用|可租|可售|剩余|余量|空闲|闲置|库存|在线|空き|残り|доступно|свободно)[\s:：]*\d{1,5}\s*(?:[卡张張台枚个]|GPUs?|шт|карт)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of an accelerator in a text. `key` is the bare model, for telling two models apart."""

    name: str
    key: str
    start: int
    end: int
    count: int | None  # stated beside the name


@lru_cache(maxsize=65_536)
def mentions(text: str, is_label: bool = False) -> tuple[Mention, ...]:
    """Return the accelerators that a text names, in order; `is_label` also reads "4090" without its line."""
    if not is_label:
        return _mentions(text)
    return _listed_cards(text) or _mentions(text) or _bare_cards(text)


@lru_cache(maxsize=65_536)
def _mentions(text: str) -> tuple[Mention, ...]:
    named = _mentions_of(_NAME, text) if _FIGURE_OR_LINE.search(text) else ()
    return named or (_bare_cards(text) if "卡" in text and _IN_CHINESE.search(text) else ())


_IN_CHINESE: Final = re.compile(r"[2345]0[5-9]0(?:[ -]?(?:Ti|D|SUPER))?\s?(?:[单單]卡|[显顯]卡)", re.IGNORECASE)


@lru_cache(maxsize=16_384)
def _bare_cards(text: str) -> tuple[Mention, ...]:
    return _mentions_of(_BARE_CARD, text) if text.count("0") >= _FEWEST_ZEROS else ()


@lru_cache(maxsize=16_384)
def _listed_cards(text: str) -> tuple[Mention, ...]:
    """Return the cards of a list of nothing else, of which some leave their line out: "L4, A5000, 3090"."""
    items = (
        [item for item in _ITEM.finditer(_PRO.sub("    ", text)) if item[0].strip()] if _BETWEEN.search(text) else []
    )
    names = [_NAME.fullmatch(item[0].strip()) for item in items]
    if len(items) < 2 or all(names) or not any(names):
        return ()
    listed = []
    for item, name in zip(items, names, strict=True):
        card = item[0].strip()
        if not name and not _WITHOUT_LINE.fullmatch(card):
            return ()
        full = card if name else f"RTX {card}"
        listed.append(Mention(full, _key(name["name"] if name else full), item.start(), item.end(), None))
    return tuple(listed)


_PRO: Final = re.compile(r" PRO(?=\s*(?:[,/、]|$))", re.IGNORECASE)  # a class of service, put last
_BETWEEN: Final = re.compile(r"[,/、]")
_ITEM: Final = re.compile(r"[^,/、]+")
_WITHOUT_LINE: Final = re.compile(
    r"[2345]0[5-9]0(?:[ _-]?(?:Ti|SUPER|D))*|(?:2000|4000|4500|5000|5880|6000)[ _-]Ada", re.IGNORECASE
)


def is_list_of_cards(text: str) -> bool:
    """Return whether a text is a list of names of accelerators and nothing else."""
    names, rest = mentions(text, is_label=True), _PRO.sub("    ", text)
    for name in reversed(names):
        rest = rest[: name.start] + rest[name.end :]
    return len(names) > 1 and not _BETWEEN.sub("", rest).strip()


_FEWEST_ZEROS: Final = 2  # in the number of a card, as "4090"
# A name has a figure, or is that of a line without one.
_FIGURE_OR_LINE: Final = re.compile(
    r"\d|titan|gaudi|tpu|pvc|trainium|inferentia|trillium|ironwood|tenstorrent|wormhole|blackhole|dcu|data center gpu",
    re.IGNORECASE,
)


def _mentions_of(pattern: re.Pattern[str], text: str) -> tuple[Mention, ...]:
    plain = text if text.isascii() else text.translate(_MARKS)
    hits = list(pattern.finditer(plain))
    if not hits or _OTHER_CARD.search(text):
        return ()
    return tuple(
        Mention(
            hit[0].strip(),
            _key(hit["name"] if hit["name"][0].isalpha() else f"RTX {hit['name']}"),
            hit.start(),
            hit.end(),
            _beside(plain, hit.start(), hit.end()),
        )
        for hit in hits
    )


def names_one(text: str) -> bool:
    """Return whether a text names an accelerator."""
    return bool(mentions(text))


# What counts GPUs has one of these in it.
MAY_COUNT: Final = re.compile(
    r"gpu|card|karte|carte|карт|[卡张張枚×]|[(（][x×\d]|(?:^|\s)x\d|\d\s?x(?:\s+config\w*)?$", re.IGNORECASE
)


@lru_cache(maxsize=16_384)
def stated_count(text: str) -> Decimal | None:
    """Return the number of GPUs that a text states ("2 GPUs", "GPUs: 8", "x4"); None for none or several."""
    if not MAY_COUNT.search(text) and not mentions(text):
        return None
    text = _SPAN.sub(" ", NOT_ITS_OWN.sub(" ", text))
    named = mentions(text)
    bare = text
    for m in reversed(named):  # "RTX 5000 GPUs" are not five thousand
        bare = (
            f"{bare[: m.start]}GPU{bare[m.end :]}"
            if bare[m.end :].lstrip()[:1] in ("x", "×", "*", "(")
            else f"{bare[: m.start]} | {bare[m.end :]}"
        )
    counts = {int(next(group for group in hit.groups() if group)) for hit in _GPUS.finditer(bare)}
    counts |= {m.count for m in named if m.count is not None} | {_HAN[hit["han"]] for hit in _HAN_CARDS.finditer(bare)}
    return Decimal(counts.pop()) if len(counts) == 1 and counts != {0} else None


_MEMORY_ALONE: Final = re.compile(r"(?<=\d)-(?:16|24|32|40|48|80|94|96|141|192)$")  # "A100-80"
# How many may be taken: "16 to 512 GPUs", "from 8 up to 1,024 GPUs".
_SPAN: Final = re.compile(
    r"\b\d[\d,]*\s?(?:to|up to|through|bis|à|до|至|到|[-–—~〜～])\s?\d[\d,]*\s*(?=(?:\w+ )?(?:gpus?|cards|卡|张)(?![a-z]))",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def is_singular(label: str) -> bool:
    """Return whether a label without a number means one GPU: not the name of a machine type, nor a slice of a TPU."""
    rest = _MEMORY_ALONE.sub("", label)
    for m in reversed(mentions(label, is_label=True)):
        if m.key.endswith("POD"):
            return False  # "TPU v3 Pod": a slice of one, of any size
        rest = rest[: m.start] + " " + rest[m.end :]
    is_type = (
        " " not in label.strip() and re.search(r"\d", re.sub(r"(?i)\d+\s?gi?b|sxm\d?|hbm\d\w?", " ", rest)) is not None
    )
    return not is_type and not re.search(r"\bv\d\w{0,9}-\d", label) and not _TYPE_IN_WORDS.search(rest)


_TYPE_IN_WORDS: Final = re.compile(
    r"\b\d{2,4} cores\b|^[A-Z]{1,4}\d{1,3}[a-z]{1,6}\b.*\bv\d\b|\bv\d Series\b"
)  # "NC48ads A100 v4"


def _beside(text: str, start: int, end: int) -> int | None:
    lead = text[max(0, start - _FAR) : start]
    has_figure = _FIGURE.search(lead) is not None
    before = _COUNT_BEFORE.search(lead) if has_figure else None
    if before is None and has_figure:
        before = _COUNT_BEFORE.search(_BRANDS_BEFORE.sub(" ", lead))
    if before:
        return int(before["n"] or before["m"])
    if spelled := _COUNT_WORD.search(lead):
        return _IN_WORDS[spelled["word"].lower()]
    rest = text[end : end + _FAR]
    if han := _HAN_CARDS.match(rest.lstrip(" ,，(（·-")) or _HAN_CARDS.search(lead[-_NEAREST:]):
        return _HAN[han["han"]]
    if not _FIGURE.search(rest):
        return None
    rest = NOT_ITS_OWN.sub(" ", rest)
    if behind := _COUNT_BEHIND.match(rest):
        return int(behind["n"] or behind["m"])
    after = _COUNT_AFTER.match(rest)
    return int(after["n"] or after["m"] or after["p"] or after["q"] or after["r"]) if after else None


_FIGURE: Final = re.compile(r"\d")
_NEAREST: Final = 4  # characters
_FAR: Final = 100  # characters: no number further away is of a name
_BRANDS_BEFORE: Final = re.compile(
    r"(?:NVIDIA|AMD|Tesla|GeForce|HGX|DGX|Instinct|Intel|Google|the|of|(?<=[x×*\s])\d{1,3}\s?GB|[\s_-])+$",
    re.IGNORECASE,
)


def _key(name: str) -> str:
    bare = re.sub(
        r"(?i)nvidia|geforce|tesla|quadro|grid|instinct|radeon|generation|workstation|server|edition|[\s_-]|nvl\d*$",
        "",
        name,
    )
    return bare.upper()
