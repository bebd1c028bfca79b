-- Hosts' list prices of models that have a spec, as the installed package of genai-prices has them: what is used while
-- no list was fetched. One row per host, its name for the model, kind, prompt length, hours and first day.
-- materialized: table
-- columns:
--   valid_from date: NULL where undated; valid_to date: the next dated price's day
--   released_on date: day of the list; NULL where another version is installed than seeds/hosted_packages.csv has
select
    hosted_prices.* exclude (effective_from),
    effective_from as valid_from,
    lead(effective_from) over (
        partition by host, hosted_model, kind, above_tokens, hours_utc order by effective_from nulls first
    ) as valid_to,
    hosted_packages.released_on,
    hosted_lists.list,
    hosted_lists.rank
from python.hosted_prices
left join seeds.hosted_packages using (package, version)
left join seeds.hosted_lists on hosted_lists.list = hosted_prices.package || ' package'
order by host, hosted_model, kind, above_tokens, hours_utc, effective_from nulls first
