-- Prices that the chip itself contradicts: less than its electricity, far more than its power was ever worth, or a
-- small part of what the same provider asks for an older chip of no more power. Why: these measures need no past, so
-- they hold in a home's or a GPU's first month too, when a price that is far too low would be the cheapest everywhere.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
-- columns:
--   expected: the nearest price allowed, USD per GPU-hour
with specs as (
    -- A form factor that is not stated may be any of the usual ones.
    select gpu, coalesce(form_factor, '') as form_factor, min(tdp_w::double) as tdp_w, min(released_on) as released_on
    from seeds.gpu_specs
    where tdp_w is not null
    group by all
    union all
    select gpu, '', min(tdp_w::double), min(released_on)
    from seeds.gpu_specs
    where tdp_w is not null and form_factor <> '' and is_default::boolean
    group by gpu
),
priced as (
    select
        gated_versions.series_no, gated_versions.version_no, gated_versions.is_new, gated_versions.gpu, specs.tdp_w,
        specs.released_on, gated_versions.first_at, gated_versions.first_on, gated_versions.ended_on,
        gated_versions.usd_per_gpu_hour::double as price,
        concat_ws('|', gated_versions.provider, gated_versions.source, gated_versions.pricing_model,
            gated_versions.term_months, gated_versions.upfront) as list
    from intermediate.gated_versions
    join specs on specs.gpu = gated_versions.gpu and specs.form_factor = coalesce(gated_versions.form_factor, '')
    where gated_versions.usd_per_gpu_hour > 0 and not gated_versions.is_announced
),
rules as (select rule, factor from seeds.gate_rules),
powered as (
    select priced.*, rules.rule, rules.factor * priced.tdp_w / 1000 as expected, '' as other
    from priced
    join rules on rules.rule = 'below_power' and priced.price < rules.factor * priced.tdp_w / 1000
        or rules.rule = 'above_power' and priced.price > rules.factor * priced.tdp_w / 1000
    where priced.is_new
),
chips as (select list, gpu, tdp_w, released_on, max(price) as dearest from priced group by all),
-- Only candidates: far below the highest price ever of a lesser chip.
lesser as (
    select distinct priced.series_no, priced.version_no, chips.gpu, chips.tdp_w, chips.released_on
    from priced
    join chips
        on chips.list = priced.list and chips.gpu <> priced.gpu and chips.tdp_w <= priced.tdp_w
        and chips.released_on <= priced.released_on
    join rules on rules.rule = 'below_lesser_chip' and priced.price < chips.dearest / rules.factor
    where priced.is_new
),
-- Thousands of a list's prices begin at one moment: each moment is looked at once.
moments as (
    select distinct
        priced.list, priced.first_at, priced.first_on, lesser.gpu as other, lesser.tdp_w, lesser.released_on
    from lesser
    join priced using (series_no, version_no)
),
standing as (
    select moments.*, moments.first_at + interval 1 hour as moment, others.series_no as other_no
    from moments
    join (select distinct series_no, list, gpu, tdp_w, released_on from priced) as others
        on others.list = moments.list and others.gpu = moments.other and others.tdp_w = moments.tdp_w
        and others.released_on = moments.released_on
),
lowest as (
    select standing.list, standing.first_at, standing.other, min(others.price) as price
    from standing
    asof join priced as others on others.series_no = standing.other_no and others.first_at <= standing.moment
    where others.ended_on is null or others.ended_on > standing.first_on
    group by all
),
compared as (
    select distinct lesser.series_no, lesser.version_no, lowest.other, lowest.price as lowest
    from lesser
    join priced using (series_no, version_no)
    join lowest
        on lowest.list = priced.list and lowest.first_at = priced.first_at and lowest.other = lesser.gpu
),
undercut as (
    select priced.*, rules.rule, compared.lowest / rules.factor as expected, compared.other
    from priced
    join compared using (series_no, version_no)
    join rules on rules.rule = 'below_lesser_chip' and priced.price < compared.lowest / rules.factor
    qualify row_number() over (
        partition by priced.series_no, priced.version_no order by compared.lowest desc, compared.other
    ) = 1
),
faults as (
    from powered
    union all
    from undercut
)
select
    faults.series_no,
    faults.version_no,
    gate_rules.rule,
    gate_rules.verdict,
    gate_rules.class,
    gate_rules.is_contradiction,
    faults.expected,
    case gate_rules.rule
        when 'below_lesser_chip'
            then format(
                '{:.4g} a GPU-hour; the same list asks {:.4g} for {}, an older chip of no more power',
                faults.price,
                faults.expected * gate_rules.factor,
                faults.other
            )
        else format(
            '{:.4g} a GPU-hour; {:.6g} W at {:.4g} USD per kWh are {:.4g}',
            faults.price,
            faults.tdp_w,
            gate_rules.factor,
            faults.expected
        )
    end as reason
from faults
join seeds.gate_rules using (rule)
