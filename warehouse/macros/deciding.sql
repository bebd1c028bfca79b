-- Tokens that a server makes and reads in a day at full use, where requests are isl tokens long and answers osl.
create or replace macro tokens_per_day(output_tokens_per_s, isl, osl) as output_tokens_per_s
* (isl + osl)
/ osl
* 86400;
-- Months after which what was bought has cost less than renting: NULL where renting costs no more than the power alone.
-- used_hours: of a month, per GPU; both prices in USD per GPU-hour. Source: division.
create or replace macro break_even_months(capex_usd, rent_usd_per_hour, power_usd_per_hour, used_hours) as
    if(
        rent_usd_per_hour > power_usd_per_hour,
        capex_usd / ((rent_usd_per_hour - power_usd_per_hour) * used_hours),
        null
    );
-- Load between peaks, as a multiple of the mean, when a share of the time lies at peak_to_mean times it. Source: the
-- mean.
create or replace macro base_to_mean(peak_to_mean, peak_share) as (1 - peak_share * peak_to_mean) / (1 - peak_share);
