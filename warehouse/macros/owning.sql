-- USD per used GPU-hour of a bought GPU: its price over the hours it is used in its life, and its power at the data
-- centre's PUE. capex_usd: with its share of server and network; utilisation: 0 to 1. Source: the reference document.
create or replace macro own_usd_per_gpu_hour(capex_usd, life_hours, utilisation, tdp_kw, pue, usd_per_kwh) as
    capex_usd / life_hours / utilisation + tdp_kw * pue * usd_per_kwh;
