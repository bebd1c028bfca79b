-- warn: a million tokens cost between a tenth of a cent and 200 dollars; a wrong unit (per thousand) falls outside.
select host, hosted_model, usd_per_m_input_tokens, usd_per_m_output_tokens
from marts.hosted_prices
where usd_per_m_input_tokens not between 0.001 and 200
    or usd_per_m_output_tokens not between 0.001 and 200
