-- What hosts charged per token, with the days it held: accepted prices of published lists, each list apart.
-- materialized: view
-- key: price_id
select
    statement_id as price_id, series_id, list as source, host, hosted_model, model, model_key, kind, above_tokens,
    hours_utc,
    usd_per_m_tokens,
    valid_from,
    valid_to,
    known_on, quality, is_deprecated, origin, source_url, host_url, sha256, text
from core.hosted_price_intervals
where valid_from is distinct from valid_to
