-- error: what the gate should have held: a price outside the bounds of its kind (seeds/hosted_kinds.csv), or a cached
-- or batch price above the usual one.
select host, hosted_model, usd_per_m_input_tokens, usd_per_m_output_tokens, usd_per_m_cached_input_tokens
from marts.hosted_prices
where usd_per_m_input_tokens not between 0.001 and 1000
    or usd_per_m_output_tokens not between 0.001 and 2000
