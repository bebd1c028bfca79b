-- New scrapes that suddenly show much less of a page than the one before: a fifth of a listing gone, or all of a GPU.
-- Columns as in intermediate.source_faults. vanished_offers.
-- materialized: table
-- key: source, provider, rule, date, what
with partial as (
    -- What half a page lacks has not vanished.
    select listings.scrape_no
    from intermediate.listings
    join seeds.gate_rules using (rule)
    where
        listings.rule = 'partial_snapshot'
        and listings.n_before >= gate_rules.min_count
        and listings.n_listed < listings.n_before * (1 - gate_rules.factor)
)
select
    listings.feed as source, listings.provider, listings.rule, listings.what, listings.seen_on as date,
    format('{} of {} {} listed', listings.n_listed, listings.n_before, listings.what) as reason
from intermediate.listings
join seeds.gate_rules using (rule)
where
    (
        listings.rule = 'partial_snapshot'
        and listings.n_before >= gate_rules.min_count
        and listings.n_listed < listings.n_before * (1 - gate_rules.factor)
    )
    -- In all of the seven scrapes before, or in all there were.
    or (listings.rule = 'product_vanished' and listings.n_listed = 0 and listings.is_usual
        and listings.scrape_no not in (select scrape_no from partial))
