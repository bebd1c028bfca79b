-- New scrapes that suddenly list much less of a page than the one before: a fifth of the listing is missing, or all
-- offers of a GPU. Columns as in intermediate.source_faults.
-- materialized: table
-- key: source, provider, rule, date, what
with partial as (
    -- Offers missing from a partial scrape have not vanished.
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
    -- Listed in each of the seven scrapes before, or in all if fewer.
    or (listings.rule = 'product_vanished' and listings.n_listed = 0 and listings.is_usual
        and listings.scrape_no not in (select scrape_no from partial))
