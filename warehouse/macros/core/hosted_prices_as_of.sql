-- What hosts charge per token on a day, USD per million tokens: one row per host, model and prompt length, from the
-- list that ranks first of those that state it; n_lists: how many state the same input and output price. A list counts
-- if it was read within max_age days before; a price whose first day is unknown, within max_age days of its last. The
-- installed package counts where no list does: its dated prices from their day, the others from the day of its release
-- on, and on the day that "now" means. Models whose price depends on the hour are left out.
create or replace macro core.hosted_prices_as_of(as_of, max_age := 35) as table
with watched as (
    select list, least(max(to_on), as_of::date) as list_read_on
    from core.hosted_watches
    where from_on <= as_of::date and to_on >= as_of::date - max_age
    group by list
),
stated as (
    select
        intervals.list, rank, host, stated_host, hosted_model, model, model_key, kind, above_tokens, hours_utc,
        usd_per_m_tokens, valid_from, is_deprecated, quality, origin, list_read_on, source_url, host_url, sha256
    from core.hosted_price_intervals as intervals
    join watched on watched.list = intervals.list
    where coalesce(valid_from <= as_of::date, valid_to <= as_of::date + max_age)
        and coalesce(valid_to > as_of::date, true)
    union all by name
    select
        list, rank, host, host as stated_host, hosted_model, model, model_key, kind, above_tokens, hours_utc,
        usd_per_m_tokens, valid_from, is_deprecated, 'ok' as quality, 'package' as origin,
        released_on as list_read_on, host_url as source_url, host_url, package || ' ' || version as sha256
    from core.hosted_package
    where (select count(*) from watched) = 0
        and coalesce(
            valid_from <= as_of::date,
            valid_to <= as_of::date + max_age or released_on <= as_of::date or as_of::date >= core.as_of_day(),
            false
        )
        and coalesce(valid_to > as_of::date, true)
),
cards as (
    select
        list, rank, host, stated_host, hosted_model, any_value(model) as model, model_key, above_tokens,
        max(usd_per_m_tokens) filter (where kind = 'input')::decimal(18, 9) as usd_per_m_input_tokens,
        max(usd_per_m_tokens) filter (where kind = 'output')::decimal(18, 9) as usd_per_m_output_tokens,
        max(usd_per_m_tokens) filter (where kind = 'cached_input')::decimal(18, 9) as usd_per_m_cached_input_tokens,
        max(usd_per_m_tokens) filter (where kind = 'cache_write')::decimal(18, 9) as usd_per_m_cache_write_tokens,
        max(usd_per_m_tokens) filter (where kind = 'batch_input')::decimal(18, 9) as usd_per_m_batch_input_tokens,
        max(usd_per_m_tokens) filter (where kind = 'batch_output')::decimal(18, 9) as usd_per_m_batch_output_tokens,
        max(valid_from) filter (where kind in ('input', 'output')) as valid_from,
        bool_or(is_deprecated) as is_deprecated,
        bool_or(quality = 'released') as is_released,
        any_value(origin) as origin,
        any_value(list_read_on) as list_read_on,
        arg_max(source_url, (coalesce(valid_from, date '0001-01-01'), kind = 'input')) as source_url,
        arg_max(sha256, (coalesce(valid_from, date '0001-01-01'), kind = 'input')) as sha256,
        any_value(host_url) as host_url
    from stated
    where (list, stated_host, hosted_model) not in (
        select (list, stated_host, hosted_model) from stated where hours_utc <> ''
    )
    group by all
),
complete as (
    select
        *,
        first(list || ' ' || stated_host || ' ' || hosted_model) over (
            partition by host, model_key order by above_tokens, rank, is_deprecated, hosted_model, stated_host
        ) as preferred,
        count(distinct list) over (
            partition by host, model_key, above_tokens, usd_per_m_input_tokens, usd_per_m_output_tokens
        ) as n_lists
    from cards
    where usd_per_m_input_tokens > 0 and usd_per_m_output_tokens > 0
)
select
    as_of::date as as_of,
    host,
    hosted_model,
    model,
    model_key,
    above_tokens,
    lead(above_tokens) over (
        partition by list, stated_host, hosted_model order by above_tokens
    ) as up_to_input_tokens,
    usd_per_m_input_tokens,
    usd_per_m_output_tokens,
    usd_per_m_cached_input_tokens,
    usd_per_m_cache_write_tokens,
    usd_per_m_batch_input_tokens,
    usd_per_m_batch_output_tokens,
    valid_from,
    is_deprecated,
    if(is_released, 'released', 'ok') as quality,
    n_lists::integer as n_lists,
    list as source,
    list_read_on,
    origin, source_url, sha256, host_url
from complete
where preferred = list || ' ' || stated_host || ' ' || hosted_model;
