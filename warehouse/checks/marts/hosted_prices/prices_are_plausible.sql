-- error: what the gate should have held: a price outside the bounds of its kind (seeds/hosted_kinds.csv) that no person
-- released.
select host, hosted_model, usd_per_m_input_tokens, usd_per_m_output_tokens
from marts.hosted_prices
where quality <> 'released'
    and (usd_per_m_input_tokens not between 0.001 and 1000 or usd_per_m_output_tokens not between 0.001 and 2000)
