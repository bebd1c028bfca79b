-- Whether buying a GPU beats renting the same one, and after how many months, then and now.
-- Grain: system x assumptions x edition x pricing_model. capex_usd: of the system, as listed on listed_on; power_kw: of
-- all of it. Per GPU-hour that is used: own_usd_per_gpu_hour (purchase over its life, and power),
-- power_usd_per_gpu_hour, and rent_usd_per_gpu_hour, the lowest price of a provider that rents out this spec; NULL,
-- with edition and pricing_model, where nobody does. break_even_months: until buying has cost less; NULL: never. pays:
-- within its life. power_*_over_life: of the system, always at full power. gpus_for_budget: that usd_a_year rents
-- around the clock; own_usd_a_year: what as many cost to own, at the same use. Staff, building, network and the price
-- of money are not in it.
with rents as (
    select p.edition, p.as_of, p.pricing_model, g.spec, min(p.usd_per_gpu_hour) as usd_per_gpu_hour,
        arg_min(p.provider, row(p.usd_per_gpu_hour, p.provider)) as provider
    from marts.provider_prices as p
    join marts.priced_gpus as g
        on g.gpu = p.gpu and g.gpu_memory_gb = p.gpu_memory_gb and g.form_factor is not distinct from p.form_factor
    group by all
)
select
    o.system,
    a.assumptions,
    r.edition,
    r.pricing_model,
    o.spec,
    o.gpus,
    o.capex_usd::double as capex_usd,
    o.listed_on,
    o.power_kw::double as power_kw,
    a.life_years::double as life_years,
    a.utilisation::double as utilisation,
    a.pue::double as pue,
    a.usd_per_kwh::double as usd_per_kwh,
    own_usd_per_gpu_hour(0, 1, 1, o.power_kw / o.gpus, a.pue, a.usd_per_kwh)::double as power_usd_per_gpu_hour,
    own_usd_per_gpu_hour(
        o.capex_usd / o.gpus, a.life_years * hours_per_year(), a.utilisation, o.power_kw / o.gpus, a.pue, a.usd_per_kwh
    )::double as own_usd_per_gpu_hour,
    r.usd_per_gpu_hour as rent_usd_per_gpu_hour,
    r.provider,
    r.as_of,
    break_even_months(
        o.capex_usd / o.gpus, r.usd_per_gpu_hour::double, power_usd_per_gpu_hour, hours_per_month() * a.utilisation
    )::double as break_even_months,
    coalesce(break_even_months <= a.life_years * 12, if(r.provider is null or o.capex_usd is null, null, false)) as pays,
    o.power_kw * a.pue * a.life_years * hours_per_year() as power_kwh_over_life,
    power_kwh_over_life * a.usd_per_kwh as power_usd_over_life,
    a.usd_a_year,
    floor(a.usd_a_year / (r.usd_per_gpu_hour::double * hours_per_year()))::bigint as gpus_for_budget,
    gpus_for_budget * own_usd_per_gpu_hour * hours_per_year() * a.utilisation as own_usd_a_year,
    o.source
from seeds.owned_systems as o
cross join seeds.owning_cases as a
left join rents as r using (spec)
order by system, assumptions, edition, pricing_model
