-- error: tokens always cost something, and the cheapest server is not dearer than the smallest.
select model, precision, workload, operating_point, provider, spec, pricing_model, tp, usd_per_m_tokens
from marts.inference_cost
where not coalesce(usd_per_m_input_tokens > 0 and usd_per_m_output_tokens > 0 and isfinite(usd_per_m_tokens), false)
    or usd_per_m_tokens > smallest_usd_per_m_tokens
    or tp < smallest_tp
