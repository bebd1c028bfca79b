-- GPU-hour price at which a million tokens of a model cost the threshold, for every series that can serve it. Key: n.
-- line: logarithm of that price; usd_per_m_tokens_at_1: the cost at one USD per GPU-hour. The cost is the price times a
-- constant of GPU, model, precision and workload, taken from v1.cost_per_token; the cheapest of several ways to serve.
with constants as (
    select gpu, form_factor, gpu_memory_gb, tp, min(usd_per_m_tokens / usd_per_gpu_hour) as per_usd
    from v1.cost_per_token
    where model = $model and method = $method and (workload = $workload or method = 'nominal') and usd_per_gpu_hour > 0
        and ($precisions = '[]' or list_contains($precisions::varchar[], lower(precision)))
    group by all
)
select series.n, ln($most / min(constants.per_usd)) as line, min(constants.per_usd) as usd_per_m_tokens_at_1
from series
join constants
    on constants.gpu = series.gpu and constants.form_factor is not distinct from series.form_factor
    and constants.gpu_memory_gb is not distinct from series.gpu_memory_gb
    and series.gpu_count >= coalesce(constants.tp, 1) and series.gpu_count % coalesce(constants.tp, 1) = 0
where series.n in (select n from scoped)
group by series.n
