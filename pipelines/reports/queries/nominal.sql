-- The nominal cost of a million tokens: datasheet speed, full use, no memory or latency; never mixed with the roofline
-- method. Grain: model.
select model, spec, provider, usd_per_gpu_hour, usd_per_m_tokens
from v1.cost_per_token
where method = 'nominal' and pricing_model = 'on_demand'
qualify row_number() over (partition by model order by usd_per_m_tokens, provider, spec, region, series_id) = 1
order by model
