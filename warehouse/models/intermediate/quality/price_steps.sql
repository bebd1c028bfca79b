-- Versions whose price changed, and doubted ones, beside the series' other prices in time: jumps, flips and
-- confirmations are judged by them. Consecutive versions with the same price are one step; starts: the first of them.
-- prev_, before_, older_, oldest_price: one to four steps before; next_price: the step after; USD an hour. reference:
-- of the four steps before, the newest that nothing contradicts and several scrapes showed, else the newest that
-- nothing contradicts (a spot price does not stand still). Changes below 9 % are left out.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   n_observations: scrapes that showed the step
with priced as (
    select
        gated_versions.series_no,
        gated_versions.version_no,
        gated_versions.is_new,
        gated_versions.source,
        gated_versions.provider,
        gated_versions.pricing_model,
        gated_versions.first_on,
        gated_versions.last_on,
        gated_versions.n_seen,
        gated_versions.hourly_usd::double as price,
        contradicted_versions.series_no is null as is_trusted,
        coalesce(
            abs(
                gated_versions.hourly_usd::double
                / lag(gated_versions.hourly_usd::double)
                    over (partition by gated_versions.series_no order by gated_versions.version_no)
                - 1
            )
            >= 0.0005,
            true
        ) as starts
    from intermediate.gated_versions
    left join intermediate.contradicted_versions using (series_no, version_no)
    where gated_versions.hourly_usd > 0 and gated_versions.price_scope <> 'offer_aggregate'
        -- Most series have one version at hand, and so no change.
        and (
            gated_versions.series_no in (
                select series_no from intermediate.gated_versions group by series_no having count(*) > 1
            )
            or gated_versions.series_no in (
                select series_no from intermediate.standing_findings where verdict = 'quarantine'
            )
        )
),
numbered as (
    select *, sum(starts::integer) over (partition by series_no order by version_no) as step_no from priced
),
steps as (
    select
        series_no,
        step_no,
        arg_min(price, version_no) as price,
        min(first_on) as step_on,
        sum(n_seen) as n_observations,
        if(bool_and(is_trusted), {price: arg_min(price, version_no), seen_on: max(last_on)}, null) as trusted,
        sum(n_seen) > 1 and any_value(pricing_model) <> 'spot' as is_steady
    from numbered
    group by all
),
placed as (
    select
        * exclude (trusted, is_steady),
        lag(price) over series as prev_price,
        lag(n_observations) over series as prev_observations,
        lag(step_on) over series as prev_on,
        lag(price, 2) over series as before_price,
        lag(price, 3) over series as older_price,
        lag(price, 4) over series as oldest_price,
        lead(price) over series as next_price,
        lead(step_on) over series as next_on,
        coalesce(
            last_value(if(is_steady, trusted, null) ignore nulls) over earlier,
            last_value(trusted ignore nulls) over earlier
        ) as reference
    from steps
    window
        series as (partition by series_no order by step_no),
        earlier as (partition by series_no order by step_no rows between 4 preceding and 1 preceding)
)
select
    numbered.series_no,
    numbered.version_no,
    numbered.is_new,
    numbered.source,
    numbered.provider,
    numbered.pricing_model,
    numbered.first_on,
    numbered.starts,
    placed.* exclude (series_no, reference),
    placed.reference.price as reference_price,
    placed.reference.seen_on as reference_on
from numbered
join placed using (series_no, step_no)
where abs(ln(placed.price / placed.prev_price)) >= 0.09 or abs(ln(placed.price / placed.reference.price)) >= 0.09
    or (numbered.series_no, numbered.version_no) in (
        select (series_no, version_no) from intermediate.standing_findings where verdict = 'quarantine'
    )
