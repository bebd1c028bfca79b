-- What shorter weights do to memory and speed, where the gain stops being linear in the bits, and why.
-- Grain: model x spec x precision x is_sparse x load. GPUs: the fewest (tp) of a spec with a price now that hold the
-- model in FP16. load: requests at once, 1, 16, 256 or as many as fit (max); prompts and answers of 512 tokens.
-- weight_gb, kv_gb: 1e9 bytes, of the weights and of one request's cache. is_sparse: two of four weights zero, as an
-- upper bound, on chips that multiply so. speedup: of output tokens per second over FP16 at the same load;
-- linear_speedup: by which the weights shrink. *_s: seconds of a decode step for reading weights, reading KV caches,
-- computing, and all else (launches, links); limited_by: the largest of them. NULL: it does not fit.
with sizes as (
    select model, spec as gpu_spec, min(tp) as tp
    from marts.inference_speed
    where precision = 'FP16' and workload = 'chat' and spec in (select spec from marts.server_prices)
    group by all
),
asked as (
    select
        s.*, 1 as pp, 0 as dp_attn, w.weights, null::varchar as kv_dtype, 512 as isl, 512 as osl, 1 as beams,
        l.load, l.concurrency::double as concurrency
    from sizes as s
    cross join (values ('FP32'), ('FP16'), ('FP8'), ('INT8'), ('INT4'), ('FP4'), ('INT2')) as w (weights)
    cross join (values ('1', 1), ('16', 16), ('256', 256), ('max', null)) as l (load, concurrency)
),
served as (
    from marts.inference_of('asked')
),
theta as (
    select map_from_entries(list(row(name, value))) as t
    from marts.theta
    where version = (select max(version) from marts.theta)
),
parts as (
    select
        r.* exclude (pp, dp_attn, kv_dtype, beams, concurrency, output_tokens_per_s),
        g.vendor = 'NVIDIA' and g.architecture in ('Ampere', 'Ada', 'Hopper', 'Blackwell') as can_be_sparse,
        if(vendor = 'AMD', t['amd_efficiency'], 1) as vendor_factor,
        t['mbu'] * vendor_factor * if(m.experts > 0, t['moe_bandwidth'], 1) as mbu,
        t[case when r.weights = 'FP4' then 'mfu_prefill_fp4' when r.weights = 'FP8' then 'mfu_prefill_fp8' else 'mfu_prefill_fp16' end]
            * t['mfu_decode_ratio'] * vendor_factor * if(m.experts > 0, t['moe_compute'], 1) as mfu,
        weight_bytes_per_param(r.weights) as bytes_each,
        if(m.has_mxfp4, least(bytes_each, weight_bytes_per_param('MXFP4')), bytes_each) as expert_bytes_each,
        attended_tokens(r.isl + r.osl / 2, m.layers, m.full_attention_layers, m.sliding_window) as looked_back,
        memory_seconds(
            (m.attention_params + m.dense_params) * bytes_each + m.embedding_params * 2
            + if(
                m.experts > 0,
                m.moe_layers * experts_touched(m.experts, m.experts_per_token, r.batch) * m.expert_params * expert_bytes_each,
                0
            ),
            r.tp, g.bandwidth_gbs, mbu
        ) as weights_s,
        memory_seconds(
            r.batch * looked_back * kv_copies(r.tp, m.kv_heads, m.is_mla, false) * kv_bytes_per_token(
                m.kv_elements_per_token, if(widens_mxfp4(m.has_mxfp4, g.fp4_tflops), 'FP16', usual_kv_dtype(r.weights))
            ),
            r.tp, g.bandwidth_gbs, mbu
        ) as kv_s,
        compute_seconds(
            r.batch * decode_flop(m.matmul_params, m.layers, m.decode_width, looked_back), r.tp,
            compute_tflops(r.weights, m.has_mxfp4, g.matmul_tflops, g.fp8_tflops, g.fp4_tflops), mfu
        ) as compute_s
    from served as r
    join marts.llm_specs as m on m.name = r.model
    join marts.gpu_specs as g on g.name = r.gpu_spec
    cross join theta
),
with_sparse as (
    select *, false as is_sparse from parts
    union all by name
    select
        * replace (
            weight_bytes * sparse_bytes_share(bytes_each) as weight_bytes,
            weights_s * sparse_bytes_share(bytes_each) as weights_s,
            compute_s / 2 as compute_s,
            prefill_seconds / 2 as prefill_seconds,
            decode_step_seconds - weights_s * (1 - sparse_bytes_share(bytes_each)) - compute_s / 2 as decode_step_seconds
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
    output_tokens_per_s / max(output_tokens_per_s) filter (where weights = 'FP16' and not is_sparse) over same as speedup,
    max(weight_gb) filter (where weights = 'FP16' and not is_sparse) over same / weight_gb as linear_speedup,
    if(fits, weights_s, null)::float as weights_s,
    if(fits, kv_s, null)::float as kv_s,
    if(fits, compute_s, null)::float as compute_s,
    if(fits, decode_step_seconds - weights_s - kv_s - compute_s, null)::float as other_s,
    if(fits, case greatest(weights_s, kv_s, compute_s, decode_step_seconds - weights_s - kv_s - compute_s)
        when weights_s then 'reading weights'
        when kv_s then 'reading KV caches'
        when compute_s then 'computing'
        else 'launches and links'
    end, null) as limited_by,
    theta_version
from with_sparse
window same as (partition by model, gpu_spec, load)
order by model, spec, load, weight_gb desc, precision, is_sparse
