-- USD per hour, used or not, of the space and the upkeep of what is owned. usd_per_kw_month: of space for a kW of
-- power; upkeep_share: staff, spares and support a year, as a share of capex_usd. Source: division.
create or replace macro own_usd_per_held_hour(capex_usd, power_kw, usd_per_kw_month, upkeep_share) as
    power_kw * usd_per_kw_month / hours_per_month() + capex_usd * upkeep_share / hours_per_year();
-- USD per used GPU-hour of a bought GPU: its price over the hours it is used in its life, its power at the data
-- centre's PUE, its space and its upkeep. capex_usd: with its share of server and network; utilisation: 0 to 1.
-- Source: the reference document; space and upkeep are added to it.
create or replace macro own_usd_per_gpu_hour(
    capex_usd, life_hours, utilisation, tdp_kw, pue, usd_per_kwh, usd_per_kw_month := 0, upkeep_share := 0
) as
capex_usd / life_hours / utilisation
+ tdp_kw * pue * usd_per_kwh
+ own_usd_per_held_hour(capex_usd, tdp_kw, usd_per_kw_month, upkeep_share) / utilisation;
