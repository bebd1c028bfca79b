-- Buying a GPU compared with renting the same one, and the months until buying is cheaper, in 2023 and now. Per used
-- GPU-hour: own_usd_per_gpu_hour (purchase price over its life, and power), power_usd_per_gpu_hour, and
-- rent_usd_per_gpu_hour, the lowest price of a provider that rents out this spec; NULL, with edition and pricing_model,
-- where nobody does. power_*_over_life: for the whole system, always at full power. Space and upkeep (staff, spares,
-- support) are included where the assumptions have them; network and the cost of capital are not.
-- materialized: table
-- key: system, assumptions, edition, pricing_model
-- columns:
--   capex_usd: purchase price of the system in USD, as of listed_on
--   price_kind: list (the maker's list price) or reported (a quotation or an estimate that others report)
--   power_kw: power of the whole system, kW
--   running_usd_per_gpu_hour: power, space and upkeep, per used GPU-hour
--   break_even_months: months until buying has cost less, NULL: never
--   pays: whether that is within its life
--   gpus_for_budget: GPUs that usd_a_year rents around the clock
--   own_usd_a_year: USD a year to own as many, at the same use
with rents as (
    select
        edition,
        as_of,
        pricing_model,
        spec,
        min(usd_per_gpu_hour) as usd_per_gpu_hour,
        arg_min(provider, row(usd_per_gpu_hour, provider)) as provider
    from marts.spec_prices
    group by all
)
select
    owned_systems.system,
    owning_cases.assumptions,
    rents.edition,
    rents.pricing_model,
    owned_systems.spec,
    owned_systems.gpus,
    owned_systems.capex_usd::double as capex_usd,
    owned_systems.price_kind,
    owned_systems.listed_on,
    owned_systems.power_kw::double as power_kw,
    owning_cases.life_years::double as life_years,
    owning_cases.utilisation::double as utilisation,
    owning_cases.pue::double as pue,
    owning_cases.usd_per_kwh::double as usd_per_kwh,
    own_usd_per_gpu_hour(
        0, 1, 1, owned_systems.power_kw / owned_systems.gpus, owning_cases.pue, owning_cases.usd_per_kwh
    )::double as power_usd_per_gpu_hour,
    own_usd_per_gpu_hour(
        owned_systems.capex_usd / owned_systems.gpus,
        owning_cases.life_years * hours_per_year(),
        owning_cases.utilisation,
        owned_systems.power_kw / owned_systems.gpus,
        owning_cases.pue,
        owning_cases.usd_per_kwh,
        usd_per_kw_month := owning_cases.usd_per_kw_month,
        upkeep_share := owning_cases.upkeep_share
    )::double as own_usd_per_gpu_hour,
    power_usd_per_gpu_hour + own_usd_per_held_hour(
        owned_systems.capex_usd / owned_systems.gpus,
        owned_systems.power_kw / owned_systems.gpus,
        owning_cases.usd_per_kw_month,
        owning_cases.upkeep_share
    )::double / owning_cases.utilisation as running_usd_per_gpu_hour,
    rents.usd_per_gpu_hour as rent_usd_per_gpu_hour,
    rents.provider,
    rents.as_of,
    break_even_months(
        owned_systems.capex_usd / owned_systems.gpus,
        rents.usd_per_gpu_hour::double,
        running_usd_per_gpu_hour,
        hours_per_month() * owning_cases.utilisation
    )::double as break_even_months,
    coalesce(
        break_even_months <= owning_cases.life_years * 12,
        if(rents.provider is null or owned_systems.capex_usd is null, null, false)
    ) as pays,
    owned_systems.power_kw * owning_cases.pue * owning_cases.life_years * hours_per_year() as power_kwh_over_life,
    power_kwh_over_life * owning_cases.usd_per_kwh as power_usd_over_life,
    owning_cases.usd_a_year,
    floor(owning_cases.usd_a_year / (rents.usd_per_gpu_hour::double * hours_per_year()))::bigint as gpus_for_budget,
    gpus_for_budget * own_usd_per_gpu_hour * hours_per_year() * owning_cases.utilisation as own_usd_a_year,
    owned_systems.source
from seeds.owned_systems
cross join seeds.owning_cases
left join rents using (spec)
order by system, assumptions, edition, pricing_model
