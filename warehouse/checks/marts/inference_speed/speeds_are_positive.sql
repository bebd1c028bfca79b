-- error: no tokens are made in no time, nor are any never made: prices are multiplied by these times.
select model, spec, tp, precision, workload, operating_point, gpu_seconds_per_m_input_tokens, gpu_seconds_per_m_output_tokens
from marts.inference_speed
where not coalesce(
    gpu_seconds_per_m_input_tokens > 0 and gpu_seconds_per_m_output_tokens > 0
    and isfinite(gpu_seconds_per_m_input_tokens) and isfinite(gpu_seconds_per_m_output_tokens),
    false
)
