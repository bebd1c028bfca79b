-- What hosts charge for a million tokens of models that have a spec here, as a kept package lists it.
-- Grain: host x hosted_model x valid_from x hours_utc. USD per million tokens, list prices, without discounts for
-- caching or batches; up_to_input_tokens: longer prompts cost more, NULL: none do. valid_from: first day of the price,
-- NULL: not dated; then it was listed when the package was released, on released_on. hours_utc: hours of the day in
-- which alone it holds; NULL: all. is_deprecated: the list says that the host phases the model out.
select h.*, p.released_on
from core.hosted_prices as h
left join seeds.hosted_packages as p using (package, version)
order by model, host, hosted_model, valid_from nulls first, hours_utc nulls first
