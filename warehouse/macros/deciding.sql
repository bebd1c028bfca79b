-- Input and output tokens that a server processes in a day at full use, with requests of isl and answers of osl tokens.
create or replace macro tokens_per_day(output_tokens_per_s, isl, osl) as output_tokens_per_s
* (isl + osl)
/ osl
* 86400;
-- Months after which buying has cost less than renting; NULL where renting costs no more than the power alone.
-- used_hours: per month and GPU; both prices in USD per GPU-hour. Source: division.
create or replace macro break_even_months(capex_usd, rent_usd_per_hour, power_usd_per_hour, used_hours) as
    if(
        rent_usd_per_hour > power_usd_per_hour,
        capex_usd / ((rent_usd_per_hour - power_usd_per_hour) * used_hours),
        null
    );
-- Load between peaks, as a multiple of the mean, when the load is peak_to_mean times the mean for a share of the time.
-- Source: the mean.
create or replace macro base_to_mean(peak_to_mean, peak_share) as (1 - peak_share * peak_to_mean) / (1 - peak_share);
