-- What every offer states of its series, before one of those that contradict each other in a scrape is chosen
-- (intermediate.observations, whose columns these are). Only offers that state a price, should (missing), or state an
-- unusable one (out_of_range, unknown_currency), and whose end had not passed. Why apart: rows so wide are written
-- once.
-- materialized: table
-- driven_by: staging.raw_offers
-- key: nth
-- columns:
--   nth: number of the row in this build
--   scrape_key: equal for offers of one scrape
--   rank: which source answers for its provider (1 = first), from seeds.source_ranks; unlisted sources rank after
--     those, then imports, then the sparse captures of a backfill, last the reference document
--   machine: hash of what is stated of the machine
with every as (
    select * from staging.offers where source <> 'order_book'
    union all by name
    select * from staging.order_book
    union all by name
    select * from staging.oracle_shapes
    union all by name
    select * from staging.gcp_component_sums
),
named as (
    select
        md5(concat_ws(
            '|',
            every.source,
            every.provider,
            every.instance,
            coalesce(every.gpu, every.gpu_label),
            every.form_factor,
            every.gpu_memory_gb,
            every.gpu_count,
            every.region,
            every.zone,
            every.pricing_model,
            every.term_months,
            every.upfront,
            every.price_scope,
            nullif(every.product, 'machine'), -- another section of the page: neither overrules the other
            if(is_bound(every.is_floor, every.pricing_model), 'from', null)
        )) as series_id,
        is_bound(every.is_floor, every.pricing_model) as is_bound,
        coalesce(every.effective_from > every.observed_at::date, false) as is_announced,
        every.observed_at::date as observed_on,
        -- The pages of one live scrape belong together; elsewhere each time is a scrape.
        if(every.origin = 'live', hash(every.landing_id, every.observed_at::date), hash(every.observed_at))
            as scrape_key,
        every.* exclude (captured_at, landing_id, gpu_part),
        coalesce(
            source_ranks.rank,
            case every.origin when 'seed' then 9 when 'archived' then 7 when 'imported' then 6 else 5 end
        )::integer as rank
    from every
    left join seeds.source_ranks on source_ranks.provider = every.provider and source_ranks.source = every.source
    where every.price_status in ('priced', 'missing', 'out_of_range', 'unknown_currency')
        and every.price_scope <> 'host_component'
        and (
            coalesce(every.effective_until >= every.observed_at::date, true)
            or every.price_status in ('out_of_range', 'unknown_currency')
        )
)
select
    *,
    row_number() over () as nth,
    hash(vcpus, ram_gb, local_disk_gb, interconnect, max_gpu_count, product, is_floor) as machine
from named
