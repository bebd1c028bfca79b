-- What hosts charge per token now, USD per million tokens: one row per host, model and prompt length, from the
-- published list that ranks first (seeds/hosted_lists.csv), or from the installed package while no list was fetched.
-- Other days: v1.hosted_prices_as_of(day).
-- materialized: table
-- key: host, model_key, above_tokens
-- columns:
--   hosted_model: as the list has it; model: name in marts.llm_specs, NULL where there is none
--   above_tokens, up_to_input_tokens: prompts longer than the one and up to the other cost this; NULL: any length
--   usd_per_m_cached_input_tokens: read from the host's cache; cache_write: put into it; batch: answered within a day
--   valid_from: first day of the price; NULL where the list does not date it
--   source: the list; list_read_on: the last day on which it was read
select * exclude (as_of)
from core.hosted_prices_as_of(core.as_of_day())
order by host, model_key, above_tokens
