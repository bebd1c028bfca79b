"""The schema of alert rules: one model per kind, with its bounds and defaults."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from scrapers.model import TokenKind
from warehouse.identity import regions

Percent = Annotated[float, Field(gt=0, lt=1000)]
Share = Annotated[float, Field(gt=0, lt=100)]  # percent of a price that can be lost
Reference = Literal["last_notified", "previous", "median_30d", "max_30d", "first"]
Confirm = Literal["auto"] | Annotated[int, Field(ge=1, le=3)]
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
Delivery = Annotated[str, Field(pattern=rf"^(immediate|daily@{_CLOCK}|weekly@(mon|tue|wed|thu|fri|sat|sun)-{_CLOCK})$")]
# Names that other tools and our older examples use for the dimensions of a series.
OTHER_NAMES = {
    "price_type": "pricing_model", "provider_id": "provider", "gpu_variant": "gpu", "vram_gb": "gpu_memory_gb",
    "instance_type": "instance",
}  # fmt: skip


class StrictModel(BaseModel):
    """Base model that rejects unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _words(value: Any) -> Any:
    """Return one value or a list of values as a tuple of texts."""
    if value is None:
        return ()
    listed = value if isinstance(value, (list, tuple)) else [value]
    return tuple(f"{v:g}" if isinstance(v, float) else str(v) for v in listed)


TextList = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Where(StrictModel):
    """Selects series: each given dimension must match one of its values; `*` matches anything within a text."""

    gpu: TextList = ()
    vendor: TextList = ()
    form_factor: TextList = ()
    gpu_memory_gb: TextList = ()
    gpu_count: TextList = ()
    provider: TextList = ()
    source: TextList = ()
    instance: TextList = ()
    region: TextList = ()
    region_id: TextList = ()
    country: TextList = ()
    continent: TextList = ()
    zone: TextList = ()
    pricing_model: TextList = ()
    term_months: TextList = ()
    upfront: TextList = ()
    market: Annotated[tuple[Literal["first_party", "marketplace"], ...], BeforeValidator(_words)] = ()
    # A GPU without its machine is no price of a machine: rules look at it only where they say so.
    price_scope: Annotated[tuple[Literal["instance", "gpu_component"], ...], BeforeValidator(_words)] = ("instance",)
    quality: Annotated[tuple[Literal["ok", "flagged", "released"], ...], BeforeValidator(_words)] = ()

    @model_validator(mode="before")
    @classmethod
    def _usual_names(cls, given: Any) -> Any:
        return {OTHER_NAMES.get(k, k): v for k, v in given.items()} if isinstance(given, dict) else given

    @field_validator("gpu_memory_gb", "gpu_count", "term_months")
    @classmethod
    def _are_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if not re.fullmatch(r"\d+(\.\d+)?", word):
                raise ValueError(f"{word!r} is not a number")
        return value

    @field_validator("country", "continent")
    @classmethod
    def _are_places(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Return countries as ISO codes and continents as they are stored; both may be patterns."""
        name_of = regions.country_code if info.field_name == "country" else regions.continent_name
        try:
            return tuple(word if "*" in word else name_of(word) for word in value)
        except regions.UnknownPlace as unknown:
            raise ValueError(str(unknown)) from unknown

    def dimensions(self) -> dict[str, tuple[str, ...]]:
        """Return the given dimensions of the series, without `quality`, which belongs to the price."""
        return {k: v for k, v in self.model_dump().items() if v and k != "quality"}


class RuleBase(StrictModel):
    """The fields that every rule has."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    to: TextList = ()  # channels; empty: all of the file that are not only_named
    on_first_run: Literal["silent", "notify"] = "silent"

    def definition(self) -> str:
        """Return a hash of all fields that decide whether there is an event; the channels are left out."""
        fields = self.model_dump(mode="json", exclude={"to", "on_first_run"})
        # Fields that came later count only where they are set: a rule written before them is still the same.
        if fields.get("of_list") is False:
            del fields["of_list"]
        where = fields.get("where", {})
        if where.get("price_scope") == ["instance"]:
            del where["price_scope"]
        for place in ("region_id", "country", "continent"):
            if where.get(place) == []:
                del where[place]
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


class PriceRule(RuleBase):
    """A rule on the prices of individual series."""

    where: Where = Where()
    confirm: Confirm = "auto"


class LineRule(PriceRule):
    """A rule that fires when a price crosses a line, and not again before the price was back."""

    hysteresis_pct: Annotated[float, Field(ge=0, lt=100)] = 2
    # While beyond the line, fires again at every further move of this size from the last notified price.
    further_pct: Annotated[float, Field(gt=0, lt=100)] = 3


class Below(LineRule):
    """The price of a GPU-hour reaches a threshold from above (`below`: <=) or from below (`above`: >=)."""

    kind: Literal["below", "above"]
    price: Annotated[float, Field(gt=0, lt=100_000)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class Move(PriceRule):
    """The price moved by at least so many percent from a reference."""

    kind: Literal["drop_pct", "rise_pct", "change_pct"]
    pct: Percent
    reference: Reference = "last_notified"
    min_abs: Annotated[float, Field(ge=0)] = 0  # in the price's own currency per GPU-hour
    hysteresis_pct: Annotated[float, Field(ge=0, lt=100)] = 2
    of_list: bool = False  # only where the source cut its whole list

    @model_validator(mode="after")
    def _can_be(self) -> Move:
        if self.of_list and self.kind != "drop_pct":
            raise ValueError("of_list: needs drop_pct")
        if self.kind != "rise_pct" and self.pct >= 100:
            raise ValueError("pct: a price cannot fall by 100 % or more")
        if self.kind == "change_pct" and self.reference == "max_30d":
            raise ValueError("reference: max_30d needs drop_pct or rise_pct")
        return self


class NewLow(LineRule):
    """The price is lower than ever before, or than in a window of days."""

    kind: Literal["new_low"]
    window: Annotated[str, Field(pattern=r"^(all_time|[1-9]\d{0,3}d)$")] = "all_time"
    ties: Literal["ignore", "notify"] = "ignore"
    min_history_days: Annotated[int, Field(ge=1)] = 14

    @property
    def days(self) -> int | None:
        """Return the length of the window; None: all time."""
        return None if self.window == "all_time" else int(self.window[:-1])


class BelowMedian(LineRule):
    """The price is at least so many percent below the 30-day median of its own series."""

    kind: Literal["below_median"]
    pct: Share
    min_history_days: Annotated[int, Field(ge=1)] = 14


class Drawdown(LineRule):
    """The price is at least so many percent below the highest of a window of days, however slowly it fell."""

    kind: Literal["drawdown"]
    pct: Share = 30
    window: Annotated[str, Field(pattern=r"^[1-9]\d{0,3}d$")] = "30d"

    @property
    def days(self) -> int:
        """Return the length of the window."""
        return int(self.window[:-1])


class Offers(PriceRule):
    """A source begins, or ceases, to list an offer."""

    kind: Literal["offer_added", "offer_removed"]


class Availability(PriceRule):
    """An offer sold out or became available again."""

    kind: Literal["restock", "sold_out"]
    min_gap_days: Annotated[int, Field(ge=0)] = 0


class CheapestChanged(RuleBase):
    """Another provider is the cheapest of a group, by a margin, for a number of days."""

    kind: Literal["cheapest_changed"]
    where: Where = Where(market=("first_party",))
    group: tuple[Literal["gpu", "gpu_memory_gb", "form_factor", "pricing_model", "term_months", "region"], ...] = (
        "gpu", "gpu_memory_gb", "pricing_model", "term_months",
    )  # fmt: skip
    margin_pct: Annotated[float, Field(ge=0, lt=100)] = 3
    held_days: Annotated[int, Field(ge=1, le=90)] = 1

    @field_validator("group", mode="before")
    @classmethod
    def _usual_names(cls, given: Any) -> Any:
        names = [OTHER_NAMES.get(str(g), str(g)) for g in given] if isinstance(given, (list, tuple)) else given
        # A variant is a model with its memory and form factor.
        return [*names, "gpu_memory_gb", "form_factor"] if isinstance(given, list) and "gpu_variant" in given else names


class IndexMove(RuleBase):
    """A GPU's index moved by at least so many percent within some days."""

    kind: Literal["index_move"]
    pct: Percent
    days: Annotated[int, Field(ge=1, le=365)] = 7
    index: TextList = ()


class TokenCostBelow(LineRule):
    """A million tokens of a model cost at most a threshold, at some provider's price."""

    kind: Literal["cost_per_token_below"]
    model: str
    usd_per_m_tokens: Annotated[float, Field(gt=0)]
    workload: str = "chat"
    precision: TextList = ()
    method: Literal["roofline", "nominal"] = "roofline"
    where: Where = Where(pricing_model=("on_demand",))


class ApiPrice(RuleBase):
    """A host's list price per token fell by at least so many percent."""

    kind: Literal["api_price"]
    pct: Share = 5
    model: TextList = ()  # specs or hosts' own names; none: every model that has a spec here
    provider: TextList = ()  # hosts
    prices: Annotated[tuple[TokenKind, ...], BeforeValidator(_words)] = ()


class SourceStale(RuleBase):
    """A source has not been read for a number of days."""

    kind: Literal["source_stale"]
    after_days: Annotated[int, Field(ge=1)] = 3
    provider: TextList = ()
    source: TextList = ()


class SourceBroken(RuleBase):
    """A number of scrape attempts in a row failed."""

    kind: Literal["source_broken"]
    after_runs: Annotated[int, Field(ge=1)] = 3
    repeat: Annotated[str, Field(pattern=r"^[1-9]\d{0,2}d$")] | None = None
    provider: TextList = ()
    source: TextList = ()


class SourceRedesigned(RuleBase):
    """A page lost the layout that its parser knows: prices may be held behind it."""

    kind: Literal["source_redesigned"]
    provider: TextList = ()
    source: TextList = ()


class Quarantined(RuleBase):
    """The gate quarantined a price."""

    kind: Literal["quarantined"]
    where: Where = Where()


class DeadMan(RuleBase):
    """No refresh has published for a number of hours."""

    kind: Literal["dead_man"]
    after_hours: Annotated[int, Field(ge=1)] = 26


Rule = Annotated[
    Below | Move | NewLow | BelowMedian | Drawdown | Offers | Availability | CheapestChanged | IndexMove
    | TokenCostBelow | ApiPrice | SourceStale | SourceBroken | SourceRedesigned | Quarantined | DeadMan,
    Field(discriminator="kind"),
]  # fmt: skip


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception as unknown:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/London") from unknown
    return name


Timezone = Annotated[str, BeforeValidator(_zone)]
QuietHours = Annotated[str, Field(pattern=rf"^{_CLOCK}-{_CLOCK}$")]


class Channel(StrictModel):
    """A destination of messages. Its address is a secret: it stands in the environment or in a file, never here."""

    type: Literal["apprise", "console", "feed", "file", "webhook"] = "apprise"
    url: Annotated[str, Field(pattern=r"^(env:[A-Za-z_]\w*|file:.+)$")] | None = None
    secret: Annotated[str, Field(pattern=r"^(env:[A-Za-z_]\w*|file:.+)$")] | None = None
    path: str | None = None
    format: Literal["text", "markdown", "html", "json"] = "text"
    delivery: Delivery | None = None
    quiet_hours: QuietHours | None = None
    timezone: Timezone | None = None
    only_named: bool = False  # only for rules that name it in `to`

    @model_validator(mode="after")
    def _is_whole(self) -> Channel:
        if self.type in ("apprise", "webhook") and not self.url:
            raise ValueError(f"url: a channel of type {self.type} needs one, as env:NAME or file:PATH")
        if self.type == "webhook" and not self.secret:
            raise ValueError("secret: webhooks are signed; set a key, as env:NAME or file:PATH")
        if self.type == "file" and not self.path:
            raise ValueError("path: a channel of type file needs one")
        return self


class Defaults(StrictModel):
    """Values for channels and rules that do not set their own."""

    timezone: Timezone = "UTC"
    quiet_hours: QuietHours | None = None
    delivery: Delivery = "immediate"
    hysteresis_pct: Annotated[float, Field(ge=0, lt=100)] = 2
    further_pct: Annotated[float, Field(gt=0, lt=100)] = 3
    confirm: Confirm = "auto"
    on_first_run: Literal["silent", "notify"] = "silent"


class AlertConfig(StrictModel):
    """A file of rules."""

    defaults: Defaults = Defaults()
    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")], Channel] = Field(
        default_factory=lambda: {"console": Channel(type="console")}
    )
    rules: tuple[Rule, ...]

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, given: Any) -> Any:
        """Fill the fields that a rule leaves out from `defaults`."""
        if not isinstance(given, dict) or not isinstance(given.get("rules"), list):
            return given
        defaults = given.get("defaults")
        if not isinstance(defaults, dict):
            return given
        rules = [
            {k: v for k, v in defaults.items() if k in INHERITED.get(str(r.get("kind")), ())} | r
            if isinstance(r, dict)
            else r
            for r in given["rules"]
        ]
        return given | {"rules": rules}

    @model_validator(mode="after")
    def _fits_together(self) -> AlertConfig:
        ids: set[str] = set()
        for nth, rule in enumerate(self.rules):
            if rule.id in ids:
                raise ValueError(f"rules.{nth}.id: ids must be unique; {rule.id} is used twice")
            ids.add(rule.id)
            unknown = [name for name in rule.to if name not in self.channels]
            if unknown:
                names = ", ".join(self.channels)
                raise ValueError(f"rules.{nth}.to: no such channel: {', '.join(unknown)}. Channels are {names}")
        return self

    def channels_of(self, rule: RuleBase) -> tuple[str, ...]:
        """Return the names of the channels that a rule's events go to."""
        return rule.to or tuple(name for name, channel in self.channels.items() if not channel.only_named)

    def timezone_of(self, channel: Channel) -> ZoneInfo:
        """Return the time zone of a channel's hours."""
        return ZoneInfo(channel.timezone or self.defaults.timezone)


KINDS: dict[str, type[RuleBase]] = {
    kind: model
    for model in (
        Below, Move, NewLow, BelowMedian, Drawdown, Offers, Availability, CheapestChanged, IndexMove, TokenCostBelow,
        ApiPrice, SourceStale, SourceBroken, SourceRedesigned, Quarantined, DeadMan,
    )
    for kind in model.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
}  # fmt: skip
INHERITED = {
    kind: tuple(
        name for name in ("hysteresis_pct", "further_pct", "confirm", "on_first_run") if name in model.model_fields
    )
    for kind, model in KINDS.items()
}
