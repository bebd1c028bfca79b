-- Hours in a month and a term. Source: the field's convention (FinOps, cloud calculators): 730 and 8,760.
create or replace macro hours_per_month() as 730;
create or replace macro hours_per_year() as 8760;
-- Hours of a commitment of that many months: 12 -> 8,760; NULL for no term, so that a division gives NULL.
create or replace macro term_hours(months) as nullif(months, 0) * hours_per_year() / 12.0;
