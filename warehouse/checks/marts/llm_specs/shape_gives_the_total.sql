-- error: parameters counted from a model's shape must match the published total within 1 %.
select name, total_params_b, rebuilt_params / 1e9 as rebuilt_params_b
from marts.llm_specs
where not coalesce(abs(rebuilt_params / 1e9 / total_params_b - 1) <= 0.01, false)
