"""Makes a market: providers whose pages change from day to day, with known faults and known true moves."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.support.years.statements import Row, Scrape, Statement, Status, Thing

GPUS = {
    "H100 80GB": 2.6, "A100 80GB": 1.7, "H200": 3.6, "L4": 0.75, "L40S": 1.25, "V100 16GB": 1.0, "T4": 0.42,
    "A100 40GB": 1.3, "B200": 5.2, "A10": 0.85,
}  # fmt: skip  # about USD an hour
COUNTS = (1, 1, 4, 8)
MOVES = 0.07  # the share of prices that move on a day
QUIET = 4  # scrapes in which a price stands still around a planted fault, so that no other rule judges it too
LARGE_LIST = 25  # from this size on a list that lacks most of its rows is seen to


@dataclass(slots=True)
class Offer:
    """An offer as its page states it today, and what was planted on it."""

    thing: Thing
    name: str
    usual: float  # USD an hour around which the price moves
    price: Decimal
    quiet: int = QUIET
    plan: Iterator[Statement] | None = None
    shown: Statement = ()

    @property
    def is_idle(self) -> bool:
        return self.plan is None and not self.quiet and bool(self.shown)


Plan = Callable[["Market", Offer], Iterator[Statement]]


def _cents(amount: float) -> Decimal:
    return Decimal(str(round(amount, 4)))


def _plain(offer: Offer) -> Statement:
    return (Row(offer.price),)


def _zero(_: Market, offer: Offer) -> Iterator[Statement]:
    yield (Row(Decimal(0)),)


def _missing(_: Market, offer: Offer) -> Iterator[Statement]:
    yield (Row(None, "missing"),)


def _no_currency(_: Market, offer: Offer) -> Iterator[Statement]:
    yield (Row(offer.price, currency=""),)


def _two_prices(_: Market, offer: Offer) -> Iterator[Statement]:
    yield (Row(offer.price), Row(_cents(float(offer.price) * 1.3)))


def _contact_sales(market: Market, offer: Offer) -> Iterator[Statement]:
    for _ in range(market.chance.choice((1, 2))):
        yield (Row(None, "contact_sales"),)


def _spike(market: Market, offer: Offer) -> Iterator[Statement]:
    """Rise by a third for one or two scrapes, then be withdrawn."""
    wrong = (Row(_cents(float(offer.price) * market.chance.uniform(1.2, 1.5))),)
    for _ in range(market.chance.choice((1, 2))):
        yield wrong
    yield _plain(offer)


def _slip(market: Market, offer: Offer) -> Iterator[Statement]:
    """Be far off for one scrape, then right again."""
    yield (Row(_cents(float(offer.price) * market.chance.choice((1 / 2.5, 2.5)))),)
    yield _plain(offer)


def _new_level(factor: float) -> Plan:
    def move(_: Market, offer: Offer) -> Iterator[Statement]:
        offer.usual *= factor
        offer.price = _cents(float(offer.price) * factor)
        yield from [_plain(offer)] * 3

    return move


def _vanish(market: Market, offer: Offer) -> Iterator[Statement]:
    for _ in range(market.chance.randint(1, 6)):
        yield ()


def _rename(market: Market, offer: Offer) -> Iterator[Statement]:
    offer.name = f"{offer.thing.first_name}-v{market.chance.randrange(10**6)}"
    for _ in range(2):
        yield _plain(offer)


def _announce(market: Market, offer: Offer) -> Iterator[Statement]:
    starts_on, price = market.day + timedelta(days=market.chance.randint(2, 6)), _cents(float(offer.price) * 0.96)
    while market.day < starts_on:
        yield (Row(offer.price), Row(price, starts_on=starts_on))
    offer.price = price
    yield _plain(offer)


def _announce_and_withdraw(market: Market, offer: Offer) -> Iterator[Statement]:
    announced = Row(_cents(float(offer.price) * 0.96), starts_on=market.day + timedelta(days=30))
    for _ in range(2):
        if market.day < (announced.starts_on or market.day):
            yield (Row(offer.price), announced)
    yield _plain(offer)


# Planted on one offer; the gate must hold the first seven and let the others pass.
ON_OFFERS: dict[str, Plan] = {
    "zero": _zero, "missing": _missing, "no_currency": _no_currency, "two_prices": _two_prices, "spike": _spike,
    "slip": _slip, "halved": _new_level(1 / 2.4), "doubled": _new_level(2.4), "raised": _new_level(1.3),
    "contact_sales": _contact_sales, "vanished": _vanish, "renamed": _rename, "announced": _announce,
    "withdrawn": _announce_and_withdraw,
}  # fmt: skip
# Of a whole provider: status, the share of its list that is shown, days.
ON_PROVIDERS: dict[str, tuple[Status, float, tuple[int, int]]] = {
    "dead": ("failed", 0, (1, 5)), "long_dead": ("failed", 0, (37, 45)), "new_layout": ("layout_changed", 0, (1, 3)),
    "page_missing": ("partial", 0.6, (1, 2)), "half_a_list": ("ok", 0.4, (1, 1)),
    "no_price": ("no_public_price", 0, (1, 3)),
}  # fmt: skip
# Days between two of a kind at one provider.
RARITY = {"long_dead": 700, "no_price": 300, "half_a_list": 60, "page_missing": 60, "new_layout": 90, "dead": 40}


class Market:
    """Providers with pages; `advance` gives what one day's scrapes of them say."""

    def __init__(self, seed: int, n_providers: int, n_offers: int, first: date) -> None:
        self.chance, self.day, self.planted = random.Random(seed), first - timedelta(days=1), Counter[str]()
        self.offers: dict[str, list[Offer]] = {f"years{n:02d}": [] for n in range(n_providers)}
        self._modes: dict[str, tuple[str, int]] = {}  # provider -> fault and days left
        self._emptied: set[str] = set()  # providers whose last page listed nothing
        for number in range(n_offers * n_providers):
            self._launch(f"years{number % n_providers:02d}", number)
        self._next = n_offers * n_providers

    def _launch(self, provider: str, number: int) -> None:
        label = self.chance.choice(list(GPUS))
        count = self.chance.choice(COUNTS)
        model = self.chance.choice(("on_demand", "on_demand", "on_demand", "on_demand", "spot"))
        usual = GPUS[label] * count * (0.4 if model == "spot" else 1) * self.chance.uniform(0.94, 1.06)
        name = f"{model[:2]}{count}x{label.split()[0].lower()}-{number}"
        # A region of its own: neither its neighbours nor another size of it are compared with it.
        thing = Thing(number, provider, label, count, f"place-{number}", model, name)  # type: ignore[arg-type]
        self.offers[provider].append(Offer(thing, name, usual, _cents(usual)))

    def things(self) -> Iterator[Thing]:
        for offers in self.offers.values():
            yield from (offer.thing for offer in offers)

    def advance(self, due: str = "") -> list[Scrape]:
        """Move on to the next day; `due` names a fault that must happen now, if it can."""
        self.day += timedelta(days=1)
        slugs = list(self.offers)
        chosen = self.chance.choice(slugs)
        scrapes = []
        for slug in slugs:
            self._begin_fault(slug, due if slug == chosen else "")
            fault, left = self._modes.get(slug, ("", 0))
            self._emptied |= {slug} if fault == "no_price" else set()
            status, share, _ = ON_PROVIDERS.get(fault, ("ok", 1.0, (0, 0)))
            if not fault:
                self._turn_page(slug, due if slug == chosen else "")
                self._emptied.discard(slug)
            elif left <= 1:
                del self._modes[slug]
            else:
                self._modes[slug] = fault, left - 1
            shown = [offer for offer in self.offers[slug] if offer.shown]
            shown = self.chance.sample(shown, round(len(shown) * share)) if share < 1 else shown
            listing = {offer.thing.number: offer.shown for offer in shown}
            names = {o.thing.number: o.name for o in shown if o.name != o.thing.first_name}
            scrapes.append(Scrape(slug, self.day, status, listing, names))
        return scrapes

    def _begin_fault(self, slug: str, due: str) -> None:
        if slug in self._modes or not all(offer.shown or offer.plan for offer in self.offers[slug]):
            return  # its first day
        for fault, every in RARITY.items():
            if fault == due or self.chance.random() < 1 / every:
                if fault == "half_a_list" and len(self.offers[slug]) < LARGE_LIST:
                    continue
                low, high = ON_PROVIDERS[fault][2]
                self._modes[slug] = fault, self.chance.randint(low, high)
                self.planted[fault] += 1
                return

    def _turn_page(self, slug: str, due: str) -> None:
        offers = self.offers[slug]
        if self.chance.random() < 0.02:  # something new, for good
            self._launch(slug, self._next)
            self._next += 1
        idle = [offer for offer in offers if offer.is_idle]
        kinds = [due] if due in ON_OFFERS else []
        kinds += self.chance.choices(list(ON_OFFERS), k=len(offers) * self.chance.choice((0, 0, 1)) // 30)
        for offer, kind in zip(self.chance.sample(idle, min(len(idle), len(kinds))), kinds, strict=False):
            if offer.thing.pricing_model == "spot" and kind in ("spike", "slip", "halved", "doubled", "raised"):
                continue
            is_far = not 0.7 < offer.usual / (GPUS[offer.thing.gpu_label] * offer.thing.gpu_count) < 1.4
            if kind in ("halved", "doubled", "raised") and is_far:  # it has moved before: no other chip's price
                continue
            if kind == "renamed" and slug in self._emptied:  # a name that comes after a gap is another offer
                continue
            offer.plan, offer.quiet = ON_OFFERS[kind](self, offer), QUIET
            self.planted[kind] += 1
        for offer in offers:
            self._move(offer)

    def _move(self, offer: Offer) -> None:
        if offer.plan is not None:
            statement = next(offer.plan, None)
            if statement is not None:
                offer.shown = statement
                return
            offer.plan = None
        if offer.quiet:
            offer.quiet -= 1
        elif self.chance.random() < MOVES:
            nearer = min(
                max(float(offer.price) * self.chance.uniform(0.96, 1.04), 0.9 * offer.usual), 1.1 * offer.usual
            )
            offer.price = _cents(nearer)
        offer.shown = _plain(offer)
