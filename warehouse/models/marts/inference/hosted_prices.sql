-- Host list prices of a million tokens, for models that have a spec here, as an installed package lists them. USD per
-- million tokens, without discounts for caching or batches; up_to_input_tokens: longer prompts cost more, NULL: none
-- do.
-- materialized: table
-- key: host, hosted_model, valid_from, hours_utc
-- columns:
--   valid_from: first day of the price; NULL: undated, and listed when the package was released, on released_on
--   hours_utc: the only hours of the day at which it applies; NULL: all
--   is_deprecated: whether the list says that the host is phasing the model out
select hosted_prices.*, hosted_packages.released_on
from core.hosted_prices
left join seeds.hosted_packages using (package, version)
order by model, host, hosted_model, valid_from nulls first, hours_utc nulls first
