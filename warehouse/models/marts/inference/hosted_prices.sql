-- What hosts charge for a million tokens of models that have a spec here, as a kept package lists it. USD per million
-- tokens, list prices, without discounts for caching or batches; up_to_input_tokens: longer prompts cost more, NULL:
-- none do.
-- materialized: table
-- key: host, hosted_model, valid_from, hours_utc
-- columns:
--   valid_from: first day of the price, NULL: not dated; then it was listed when the package was released, on
--     released_on
--   hours_utc: hours of the day in which alone it holds; NULL: all
--   is_deprecated: the list says that the host phases the model out
select hosted_prices.*, hosted_packages.released_on
from core.hosted_prices
left join seeds.hosted_packages using (package, version)
order by model, host, hosted_model, valid_from nulls first, hours_utc nulls first
