-- What each list said of one price, one after the other: every price that differs from the one before it, and the day
-- on which a list stopped saying anything. A series is list x host x model x kind x prompt length x hours.
-- materialized: table
-- key: statement_id
-- columns:
--   statement_id, series_id: hashes of what identifies them
--   what: stated; before (the price that a change replaced, known only from that change); gone
--   usd_per_m_tokens: USD per million tokens; NULL where gone
--   starts_on: first day of the price; NULL where unknown, as for what was in force before a list's first dated price
--   order_at: their order; said_at: when the list said so; known_on: the UTC day of that
--   n: number of the statement in its series
with rows as (
    select
        *,
        md5(concat_ws('|', list, stated_host, hosted_model, kind, above_tokens, hours_utc)) as series_id
    from staging.hosted_rows
),
captures as (
    select
        *,
        captured_at = min(captured_at) over (partition by series_id) as is_first,
        count_if(effective_from <= seen_on) over same_capture > 0 as has_dated,
        max(effective_from) filter (where effective_from <= seen_on) over same_capture as current_from
    from rows
    window same_capture as (partition by series_id, captured_at)
),
-- Of a list's own dates the first capture tells all; later ones only what is in force or to come.
dated as (
    select
        *,
        case
            when usd_per_m_tokens is null then seen_on
            when effective_from > seen_on then effective_from
            when not is_first then seen_on
            when effective_from is not null then effective_from
            when has_dated then null
            else seen_on
        end as starts_on,
        if(usd_per_m_tokens is null, 'gone', 'stated') as what,
        captured_at as said_at
    from captures
    where is_first
        or usd_per_m_tokens is null
        or coalesce(effective_from > seen_on, false)
        or effective_from is not distinct from current_from
),
-- An announced price that a later capture left out was withdrawn, or is repeated there.
standing as (
    select announced.*
    from dated as announced
    where announced.starts_on is null
        or announced.starts_on <= announced.seen_on
        or not exists(
            from captures as later
            where later.series_id = announced.series_id
                and later.captured_at > announced.captured_at
                and later.seen_on <= announced.starts_on
        )
),
befores as (
    select
        * exclude (usd_per_m_tokens, is_first, has_dated, current_from),
        usd_before as usd_per_m_tokens,
        null::date as starts_on,
        'before' as what,
        captured_at - interval 1 microsecond as said_at
    from captures
    where usd_before is not null
),
-- What only an import knows of, and the list itself does not have when it is first read, is gone by then.
first_reads as (
    select list, captured_at, captured_at::date as seen_on, url, sha256
    from landing.hosted_scrapes
    where origin = 'live' and status = 'ok'
    qualify row_number() over (partition by list order by captured_at) = 1
),
dropped as (
    select
        any_value(rows) as last_row, first_reads.captured_at as said_at, first_reads.seen_on, first_reads.url,
        first_reads.sha256
    from rows
    join first_reads using (list)
    group by rows.series_id, first_reads.captured_at, first_reads.seen_on, first_reads.url, first_reads.sha256
    having max(rows.captured_at) < first_reads.captured_at
),
every as (
    select * exclude (is_first, has_dated, current_from, usd_before) from standing
    union all by name
    select * exclude (usd_before) from befores
    union all by name
    select
        last_row.series_id, last_row.list, last_row.origin, last_row.stated_host, last_row.host,
        last_row.hosted_model, last_row.kind, last_row.above_tokens, last_row.hours_utc, said_at as captured_at,
        said_at, seen_on, seen_on as starts_on, 'gone' as what, url as source_url, sha256,
        'not in the list when it was first read' as text
    from dropped
),
ordered as (
    select
        *,
        case
            when what = 'before' then said_at
            when starts_on is null then '-infinity'::timestamptz
            when starts_on = seen_on then said_at
            else starts_on::timestamp at time zone 'UTC'
        end as order_at
    from every
),
compared as (
    select
        *,
        lag(usd_per_m_tokens) over in_order as usd_previous,
        row_number() over in_order = 1 as is_first
    from ordered
    window in_order as (partition by series_id order by order_at, said_at, usd_per_m_tokens)
)
select
    md5(concat_ws('|', series_id, what, epoch_us(said_at), effective_from, usd_per_m_tokens)) as statement_id,
    series_id,
    row_number() over (partition by series_id order by order_at, said_at, usd_per_m_tokens) as n,
    what,
    list,
    origin,
    stated_host,
    host,
    hosted_model,
    hosted_models.model,
    hosted_models.model_key,
    kind,
    above_tokens,
    hours_utc,
    usd_per_m_tokens,
    -- A change that was missed in between: the price before it is known of the day before.
    if(what = 'before' and not is_first, seen_on - 1, starts_on) as starts_on,
    order_at,
    said_at,
    seen_on as known_on,
    is_deprecated, context_tokens, output_limit, source_url, host_url, sha256, text
from compared
join staging.hosted_models using (hosted_model)
where usd_per_m_tokens is distinct from usd_previous
