"""The long format that `gpuhour import` reads: columns, rules of faulty rows, and the offer that a row becomes."""

from __future__ import annotations

from typing import get_args

from scrapers.model import PricingModel

REQUIRED = ("date", "provider", "pricing_model", "price_usd_per_hour")
EITHER = ("instance", "gpu_name_raw")  # at least one of them
OPTIONAL = (
    "region", "zone", "gpu_count", "gpu_memory_gib", "price_basis", "term_months",
    "source_repo", "source_commit", "observed_at",
)  # fmt: skip
COLUMNS = (*REQUIRED, *EITHER, *OPTIONAL)
OF_LINES = ("date", "observed_at", "price_usd_per_hour", "source_commit")  # the others describe what has the price
OF_ITEMS = tuple(column for column in COLUMNS if column not in OF_LINES)
LONGEST_TEXT = 200  # characters of a cell
LONGEST_NAME = 60  # of a provider
MOST_USD = 10_000_000  # an hour: the largest machines cost thousandths of it, and sums of prices must not overflow
_TEXTS = ("provider", *EITHER, "region", "zone", "source_repo", "source_commit")
# Each basis -> unit and scope of the offer.
BASES = {
    "instance": ("instance_hour", "instance"),
    "per_gpu": ("gpu_hour", "instance"),
    "gpu_component": ("instance_hour", "gpu_component"),
    "offer_aggregate": ("instance_hour", "offer_aggregate"),
}
TERMS = {"reserved_1y": 12, "reserved_3y": 36}
MODELS = (*get_args(PricingModel), *TERMS)

_NUMBER = r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
_TIME = r"\d{4}-\d{2}-\d{2}([T ]([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?(Z| ?UTC|[+-]\d{2}(:?\d{2})?)?)?"
# Control characters, line and paragraph separators, changes of writing direction: no name holds them.
STEERING = r"[\p{Cc}\x{200E}\x{200F}\x{2028}-\x{202E}\x{2066}-\x{2069}\x{FEFF}]"


def _number(column: str, kind: str) -> str:
    """Return SQL for a column's text as a number of this type, NULL if it is none; digits go to DECIMAL unchanged."""
    return f"if(regexp_full_match({column}, '{_NUMBER}'), try_cast({column} as {kind}), null)"


# Times without a zone are UTC; DuckDB wants seconds.
_OBSERVED = (
    f"if(regexp_full_match(observed_at, '{_TIME}'), try_cast("
    r"regexp_replace(observed_at, '^(.{10}).(\d\d:\d\d)($|[^:\d])', '\1 \2:00\3') as timestamptz), null)"
)


_OTHER_TERM = f"pricing_model in ('on_demand', 'spot') or (pricing_model in {tuple(TERMS)} and stated_term <> term)"


def typed_lines() -> str:
    """Return SQL for what changes from line to line of `lines` (item, row, and OF_LINES as text) as typed values.

    NULL where they are empty. Texts that are no names lose the spaces around them, here and in `typed_items`.
    """
    bare = ", ".join(f"trim({c}) as {c}" for c in OF_LINES if c not in _TEXTS)
    day = r"if(regexp_full_match(date, '\d{4}-\d{2}-\d{2}( 00:00:00(\.0+)?)?'), try_cast(date as date), null)"
    # Each different text is read once: of millions of lines, some thousand have another date or time.
    return f"""
        with bare as materialized (select * replace ({bare}) from lines),
        days as (select date, {day} as day from (select distinct date from bare)),
        times as (select observed_at, {_OBSERVED} as seen_at from (select distinct observed_at from bare)),
        prices as (
            select price_usd_per_hour, {_number("price_usd_per_hour", "decimal(38,18)")} as price
            from (select distinct price_usd_per_hour from bare)
        )
        select bare.*, days.day, times.seen_at, prices.price
        from bare
        join days using (date)
        join times using (observed_at)
        join prices using (price_usd_per_hour)"""  # noqa: S608 -- columns are this module's


def typed_items() -> str:
    """Return SQL for what has a price (`items`: item, and OF_ITEMS as text) as typed values."""
    bare = ", ".join(f"trim({c}) as {c}" for c in OF_ITEMS if c not in _TEXTS)
    units = " ".join(f"when '{basis}' then '{unit}'" for basis, (unit, _) in BASES.items())
    scopes = " ".join(f"when '{basis}' then '{scope}'" for basis, (_, scope) in BASES.items())
    months = " ".join(f"when '{model}' then {term}" for model, term in TERMS.items())
    return f"""
        with bare as (select * replace ({bare}) from items)
        select
            *,
            {_number("gpu_count", "decimal(18,10)")} as n_gpus,
            {_number("gpu_memory_gib", "decimal(18,9)")} as memory_gib,
            {_number("term_months", "decimal(9,3)")} as stated_term,
            case pricing_model {months} else stated_term end as term,
            if(pricing_model in {tuple(TERMS)}, 'reserved', pricing_model) as model,
            case coalesce(nullif(price_basis, ''), 'instance') {units} end as unit,
            case coalesce(nullif(price_basis, ''), 'instance') {scopes} end as scope
        from bare"""  # noqa: S608 -- columns and words are this module's


def rules() -> list[tuple[str, str, str]]:
    """Return (column, fault, SQL that is true for the faulty rows of `typed`)."""
    listed = ", ".join
    checks = [
        ("date", "is missing", "date = ''"),
        ("date", "is no date (YYYY-MM-DD)", "date <> '' and day is null"),
        ("date", "is before 2000", "day < date '2000-01-01'"),
        ("date", "is in the future", "day > (now() at time zone 'UTC')::date + 1"),
        ("observed_at", "is no time (ISO 8601)", "observed_at <> '' and seen_at is null"),
        # A day of slack: the writer's day need not be a UTC day.
        ("observed_at", "is another day than date", "abs(datediff('day', day, seen_at::date)) > 1"),
        ("observed_at", "is in the future", "seen_at > now() + interval 1 day"),
        ("provider", "is missing", "trim(provider) = ''"),
        ("provider", "is a path, no name", r"regexp_matches(provider, '[/\\]|^[.~]')"),
        ("provider", f"is longer than {LONGEST_NAME} characters", f"length(provider) > {LONGEST_NAME}"),
        ("instance", "is missing, and so is gpu_name_raw", "trim(instance) = '' and trim(gpu_name_raw) = ''"),
        ("pricing_model", "is missing", "pricing_model = ''"),
        (
            "pricing_model",
            f"is none of {listed(MODELS)}",
            f"pricing_model <> '' and pricing_model not in {MODELS}",
        ),
        ("price_usd_per_hour", "is negative", "price_usd_per_hour like '-%' and " + _is_number("price_usd_per_hour")),
        (
            "price_usd_per_hour",
            "is no number",
            f"price_usd_per_hour <> '' and not ({_is_number('price_usd_per_hour')})",
        ),
        (
            "price_usd_per_hour",
            f"is over {MOST_USD:,} USD an hour",
            "price_usd_per_hour not like '-%' and " + _is_number("price_usd_per_hour")
            + f" and coalesce(price > {MOST_USD}, true)",
        ),
        ("price_basis", f"is none of {listed(BASES)}", "scope is null"),
        *_counted("gpu_count", "n_gpus", "0.001", "100000", " and coalesce(n_gpus <> 0, true)"),
        *_counted("gpu_memory_gib", "memory_gib", "0.001", "100000"),
        *_counted("term_months", "stated_term", "1", "120", " and term_months <> '0'"),
        ("term_months", "is no whole number", "stated_term <> floor(stated_term)"),
        ("term_months", "is not the pricing model's term", f"stated_term > 0 and ({_OTHER_TERM})"),
    ]  # fmt: skip
    for column in _TEXTS:
        checks.append((column, f"is longer than {LONGEST_TEXT} characters", f"length({column}) > {LONGEST_TEXT}"))
        checks.append((column, "holds control characters", f"regexp_matches({column}, '{STEERING}')"))
    return checks


def _is_number(column: str) -> str:
    return f"regexp_full_match({column}, '-?{_NUMBER}')"


def _counted(column: str, value: str, least: str, most: str, unless: str = "") -> list[tuple[str, str, str]]:
    """Return rules of an optional number that must lie within bounds."""
    return [
        (column, "is no number above zero", f"{column} <> '' and coalesce({value} <= 0, true){unless}"),
        (column, f"is not between {least} and {most}", f"{value} > 0 and {value} not between {least} and {most}"),
    ]


def source(name: str) -> str:
    """Return SQL for the source of a row of `typed`: NAME/source_repo, or NAME where the row names none."""
    return f"if(trim(source_repo) = '', '{name}', '{name}/' || source_repo)"


def url(name: str) -> str:
    """Return SQL for the address of a row's source, as far as the row states it."""
    return (
        r"if(regexp_full_match(source_repo, '[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*'), "
        f"'https://github.com/' || source_repo, 'import:' || {source(name)})"
    )


SEEN_AT = "coalesce(seen_at, day::timestamptz)"  # SQL: when a row of `typed` was seen


def offered_items(name: str) -> str:
    """Return SQL for what offers say of `typed_items`; place: their order in a file, so that repeats cost nothing."""
    gib = r"regexp_replace(regexp_replace(memory_gib::varchar, '(\.\d*?)0+$', '\1'), '\.$', '')"
    return f"""
        select
            item, provider, {url(name)} as url, {source(name)} as source, instance, gpu_name_raw as gpu_label,
            n_gpus as gpu_count, coalesce({gib} || ' GiB', '') as gpu_memory, region, zone, model as pricing_model,
            if(model in ('on_demand', 'spot'), null, nullif(term, 0))::integer as term_months,
            unit as price_unit, scope as price_scope, price_basis as text,
            rank() over (
                order by source, provider, instance, gpu_label, gpu_count, gpu_memory, region, zone, pricing_model,
                    term_months, price_scope, price_unit
            ) as place
        from typed_items"""  # noqa: S608 -- words are this module's, the name is checked


def offers(landing_id: str) -> str:
    """Return SQL for the rows of `typed` with their `offered_items` as offers of the landing.

    Sorted while they are narrow; the left join keeps their order on the one thread that an import has.
    """
    return f"""
        select
            '{landing_id}' as landing_id, captured_at, offered_items.* exclude (item, place),
            false as gpu_memory_is_total, '' as upfront, price, null as upfront_price, 'USD' as currency,
            if(price is null, 'missing', 'priced') as price_status, 'unknown' as availability, null as effective_from,
            null as effective_until, null as vcpus, null as ram_gb, null as local_disk_gb, null as interconnect,
            null as max_gpu_count, null as product, null as is_floor
        from (
            select item, {SEEN_AT} as captured_at, price
            from good_lines
            join offered_items using (item)
            order by place, captured_at, price
        )
        left join offered_items using (item)"""  # noqa: S608 -- as above


def pages(name: str, landing_id: str, sha256: str, detail: str, parser_version: str) -> str:
    """Return SQL for the scrapes in `typed`: a source's listing of a provider at one time."""
    return f"""
        select
            '{landing_id}' as landing_id, now() as landed_at, 'imported' as origin,
            '{parser_version}' as parser_version, provider, {source(name)} as source, {url(name)} as url,
            {SEEN_AT} as captured_at, 'ok' as status, '{detail}' as detail,
            coalesce(min(nullif(source_commit, '')), '{sha256}') as sha256, 'import' as fetched_by,
            count(*) as n_offers
        from typed
        group by provider, source, url, captured_at
        order by source, provider, captured_at"""  # noqa: S608 -- as above
