-- Hours in a month and a term. Source: the field's convention (FinOps, cloud calculators): 730 and 8,760.
create or replace macro hours_per_month() as 730;
create or replace macro hours_per_year() as 8760;
-- Hours of a commitment of that many months: 12 -> 8,760; NULL for no term, so that a division gives NULL.
create or replace macro term_hours(months) as nullif(months, 0) * hours_per_year()::bigint / 12.0;
-- Hours in the time that a price unit names, whatever it is of: 'gpu_day' -> 24. NULL for a term and for no time.
create or replace macro hours_of_unit(price_unit) as
    case regexp_extract(price_unit, '[a-z]+$')
        when 'second' then 1 / 3600
        when 'minute' then 1 / 60
        when 'hour' then 1
        when 'day' then 24
        when 'week' then 168
        when 'month' then hours_per_month()
        when 'year' then hours_per_year()
    end;
-- USD an hour of what a price buys, an instance or a GPU: the price whatever its unit, and the fee over its term. NULL
-- where the term is unknown. Source: division.
create or replace macro usd_an_hour(usd_price, price_unit, usd_upfront, term_months) as
    usd_price::double / if(
        price_unit = 'term_total', term_hours(term_months), coalesce(hours_of_unit(price_unit), 1)
    )
    + if(coalesce(usd_upfront, 0) = 0, 0, usd_upfront::double / term_hours(term_months));
-- Price of an hour of a GPU without its machine, in the price's own currency. NULL where the count or the term is
-- unknown. Source: division.
create or replace macro gpu_alone_an_hour(price, price_unit, gpu_count, term_months) as
    usd_an_hour(price, price_unit, 0, term_months) / if(price_unit like 'gpu_%', 1, nullif(gpu_count, 0)::double);
