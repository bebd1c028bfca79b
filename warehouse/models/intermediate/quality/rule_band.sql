-- Prices per GPU-hour far from all earlier prices of the GPU: a wrong unit or count, or not a price at all. Why: the
-- first price of a series has no past of its own; that of its GPU is the only measure. A price that the GPU count or a
-- unit's factor (730, 8,760 hours, 3,600 seconds, 100 cents, 1,000) would bring into the band has two signs against it
-- and need not be as far out, unless a machine of another size at the same place, itself not doubted, costs as much per
-- GPU.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the nearer end of the band, USD per GPU-hour
with priced as (
    select
        series_no, version_no, is_new, first_on, source, provider, gpu, gpu_count, region, "zone", pricing_model,
        term_months, usd_per_gpu_hour::double as price
    from intermediate.gated_versions
    where usd_per_gpu_hour > 0
),
new_priced as (
    select priced.*, price_bands.low, price_bands.high, price_bands.n_series
    from priced
    left join intermediate.price_bands
        on
            price_bands.gpu = priced.gpu
            and price_bands.pricing_model = priced.pricing_model
            and price_bands."month" = date_trunc('month', priced.first_on)
    where priced.is_new
),
slips as (
    select
        *,
        unnest([gpu_count::double, 100, 730, 1000, 3600, 8760]) as slip,
        generate_subscripts([1, 2, 3, 4, 5, 6], 1) = 1 as is_count
    from new_priced
),
doubted as (
    select new_priced.*, null::double as slip, gate_rules.rule
    from new_priced
    join seeds.gate_rules
        -- tolerance and factor: the lowest and highest prices allowed
        on
            (
                gate_rules.rule = 'out_of_bounds'
                and (new_priced.price < gate_rules.tolerance or new_priced.price > gate_rules.factor)
            )
        or (gate_rules.rule = 'out_of_band' and new_priced.n_series >= gate_rules.min_count
            and (
                new_priced.price < new_priced.low / gate_rules.factor
                or new_priced.price > new_priced.high * gate_rules.factor
            )
            )
    union all by name
    select slips.* exclude (is_count), gate_rules.rule
    from slips
    join seeds.gate_rules on gate_rules.rule = if(slips.is_count, 'unit_slip_count', 'unit_slip')
    where slips.n_series >= gate_rules.min_count and slips.slip >= gate_rules.factor
        and if(slips.price < slips.low, slips.low / slips.price, slips.price / slips.high) > gate_rules.factor
        and if(slips.price < slips.low, slips.price * slips.slip, slips.price / slips.slip) between slips.low
        / 1.3 and slips.high
        * 1.3
),
places as (
    select distinct
        series_no, gpu_count, concat_ws('|', source, provider, gpu, region, "zone", pricing_model, term_months) as place
    from priced
    where gpu in (select gpu from doubted where rule = 'unit_slip_count')
),
pairs as (
    select doubted.series_no, doubted.version_no, doubted.first_on, doubted.price, other_sizes.series_no as other_no
    from doubted
    join places on places.series_no = doubted.series_no
    join places as other_sizes on other_sizes.place = places.place and other_sizes.gpu_count <> doubted.gpu_count
    where doubted.rule = 'unit_slip_count'
),
alike as (
    select distinct pairs.series_no, pairs.version_no
    from pairs
    asof join
        priced as other_prices
    on other_prices.series_no = pairs.other_no and other_prices.first_on <= pairs.first_on
    left join
        doubted as also_doubted
    on
        also_doubted.series_no = other_prices.series_no
        and also_doubted.version_no = other_prices.version_no
        and also_doubted.rule = 'unit_slip_count'
    where abs(other_prices.price / pairs.price - 1) <= 0.33 and also_doubted.series_no is null
)
select
    doubted.series_no,
    doubted.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    if(doubted.price < doubted.low, doubted.low, doubted.high) as expected,
    format(
        '{:.6g} a GPU-hour; {:.4g} to {:.4g} was asked for {} before',
        doubted.price,
        doubted.low,
        doubted.high,
        doubted.gpu
    )
        || if(
            doubted.slip is null,
            '',
            format('; {:.6g} times {} is within', doubted.slip, if(doubted.price < doubted.low, 'more', 'less'))
        ) as reason
from doubted
join seeds.gate_rules using (rule)
left join alike using (series_no, version_no)
where gate_rules.rule <> 'unit_slip_count' or alike.series_no is null
-- One finding per rule: several units may match.
qualify row_number() over (partition by doubted.series_no, doubted.version_no, doubted.rule order by doubted.slip) = 1
