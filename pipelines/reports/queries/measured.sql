-- Measured beside modelled cost at the cheapest on-demand price: of each model, GPU, number of GPUs, format and source
-- the newest result with the lowest measured cost. Grain: model x gpu_spec x n_gpus x weights x source.
select *
from v1.measured_cost
where pricing_model = 'on_demand'
qualify row_number() over (
    partition by model, gpu_spec, n_gpus, weights, source order by date desc, measured_usd_per_m_tokens, result_id
) = 1
order by model, measured_usd_per_m_tokens, gpu_spec, n_gpus, source, result_id
