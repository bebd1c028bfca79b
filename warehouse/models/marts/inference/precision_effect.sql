-- Memory and speed of a model by weight precision, where the gain stops being linear in the bits, and why. GPUs: the
-- fewest (tp) of a currently priced spec that hold the model in FP16. NULL: it does not fit.
-- materialized: table
-- key: model, spec, precision, is_sparse, load
-- columns:
--   load: concurrent requests: 1, 16, 256 or as many as fit (max); prompts and answers of 512 tokens
--   weight_gb, kv_gb: memory of the weights and of one request's KV cache, GB of 1e9 bytes
--   is_sparse: whether two of four weights are zero: an upper bound, on chips that multiply so
--   speedup: output tokens per second relative to FP16 at the same load
--   linear_speedup: factor by which the weights shrink. *_s: seconds of a decode step for reading weights, reading KV
--     caches, computing, and everything else (launches, links)
--   limited_by: the largest of them
with sizes as (
    select model, spec as gpu_spec, min(tp) as tp
    from marts.inference_speed
    where precision = 'FP16' and workload = 'chat' and spec in (select spec from marts.server_prices)
    group by all
),
requests as (
    select
        sizes.*, 1 as pp, 0 as dp_attn, formats.weights, null::varchar as kv_dtype, 512 as isl, 512 as osl, 1 as beams,
        loads.load, loads.concurrency::double as concurrency
    from sizes
    cross join (values ('FP32'), ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4'), ('INT2')) as formats (weights)
    cross join (values ('1', 1), ('16', 16), ('256', 256), ('max', null)) as loads (load, concurrency)
),
served as (
    from marts.inference_of('requests')
),
parts as (
    select
        served.* exclude (pp, dp_attn, kv_dtype, beams, concurrency, output_tokens_per_s),
        gpu_specs.vendor = 'NVIDIA'
        and gpu_specs.architecture in ('Ampere', 'Ada', 'Hopper', 'Blackwell') as can_be_sparse,
        weight_bytes_per_param(served.weights) as bytes_each
    from served
    join marts.gpu_specs on gpu_specs.name = served.gpu_spec
),
with_sparse as (
    select *, false as is_sparse from parts
    union all by name
    select
        * replace (
            weight_bytes * sparse_bytes_share(bytes_each) as weight_bytes,
            weights_seconds * sparse_bytes_share(bytes_each) as weights_seconds,
            compute_seconds / 2 as compute_seconds,
            prefill_seconds / 2 as prefill_seconds,
            decode_step_seconds
            - weights_seconds * (1 - sparse_bytes_share(bytes_each))
            - compute_seconds / 2 as decode_step_seconds
        ),
        true as is_sparse
    from parts
    where can_be_sparse and weights in ('FP16', 'FP8')
)
select
    model,
    gpu_spec as spec,
    tp,
    weights as precision,
    is_sparse,
    load,
    (weight_bytes / 1e9)::float as weight_gb,
    (kv_bytes_per_request / 1e9)::float as kv_gb,
    fits,
    if(fits, batch, null)::integer as batch,
    if(fits, output_tokens_per_s(osl, prefill_seconds, decode_step_seconds, batch), null)::float as output_tokens_per_s,
    output_tokens_per_s
    / max(output_tokens_per_s) filter (where weights = 'FP16' and not is_sparse) over same as speedup,
    max(weight_gb) filter (where weights = 'FP16' and not is_sparse) over same / weight_gb as linear_speedup,
    if(fits, weights_seconds, null)::float as weights_s,
    if(fits, kv_seconds, null)::float as kv_s,
    if(fits, compute_seconds, null)::float as compute_s,
    if(fits, decode_step_seconds - weights_seconds - kv_seconds - compute_seconds, null)::float as other_s,
    if(fits, case greatest(weights_s, kv_s, compute_s, other_s)
        when weights_s then 'reading weights'
        when kv_s then 'reading KV caches'
        when compute_s then 'computing'
        else 'launches and links'
    end, null) as limited_by,
    theta_version
from with_sparse
window same as (partition by model, gpu_spec, load)
order by model, spec, load, weight_gb desc, precision, is_sparse
