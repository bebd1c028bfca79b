-- Prices far from what other providers ask for the same GPU, while it is too new for a band of its own past. Why: the
-- first prices of a GPU have nothing behind them, but others beside them. Only what earlier days say counts, so the
-- order in which a day's pages arrive changes no verdict: a price that ends on the very day still stands.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   expected: the median of the other providers' medians, USD per GPU-hour
with young as (
    select gated_versions.*
    from intermediate.gated_versions
    join seeds.gate_rules on gate_rules.rule = 'out_of_band'
    left join intermediate.price_bands
        on
            price_bands.gpu = gated_versions.gpu
            and price_bands.pricing_model = gated_versions.pricing_model
            and price_bands."month" = date_trunc('month', gated_versions.first_on)
    where gated_versions.is_new and gated_versions.usd_per_gpu_hour > 0
        and coalesce(price_bands.n_series, 0) < gate_rules.min_count
),
looked as (
    select days.*, peers.series_no, peers.provider
    from (select distinct gpu, pricing_model, first_on as day from young) as days
    join (select distinct series_no, provider, gpu, pricing_model from intermediate.peer_prices) as peers
        using (gpu, pricing_model)
),
asked as (
    select looked.gpu, looked.pricing_model, looked.day, looked.provider, median(peer_prices.usd_per_gpu_hour::double)
        as usd
    from looked
    asof join
        intermediate.peer_prices
        on peer_prices.series_no = looked.series_no and looked.day > peer_prices.first_on
    where peer_prices.ended_on is null or peer_prices.ended_on >= looked.day
    group by all
),
compared as (
    select young.series_no, young.version_no, young.gpu, young.usd_per_gpu_hour::double as price,
        count(*) as n_providers, median(asked.usd) as expected
    from young
    join asked
        on asked.gpu = young.gpu and asked.pricing_model = young.pricing_model and asked.day = young.first_on
        and asked.provider <> young.provider
    group by all
)
select
    compared.series_no,
    compared.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    compared.expected,
    format(
        '{:.4g} a GPU-hour; {} other providers ask {:.4g} for {}',
        compared.price,
        compared.n_providers,
        compared.expected,
        compared.gpu
    ) as reason
from compared
join seeds.gate_rules on gate_rules.rule = 'far_from_peers'
where compared.n_providers >= gate_rules.min_count
    and (
        compared.price < compared.expected / gate_rules.factor
        or compared.price > compared.expected * gate_rules.factor
    )
