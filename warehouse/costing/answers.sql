-- One answer per request, in the file's order: of the servers that hold it the one that makes most tokens per GPU.
-- Grain: row. has_specs: model and GPU are known. is_core: measured the way that the constants were fitted for. in_scope: that, and
-- answered. reason: why there is no answer, or what to know of it.
with best as (
    from costed
    qualify row_number() over (partition by row order by fits desc, output_tokens_per_s_per_gpu desc nulls last, tp) = 1
)
select
    r.row,
    c.output_tokens_per_s_per_gpu,
    c.ttft_s,
    c.tpot_s,
    c.tp::integer as tp,
    greatest(1, floor(c.replicas))::integer as replicas,
    c.output_tokens_per_s_per_gpu is not null and r.doubt is null and c.fits as in_scope,
    case
        when r.refused is not null then r.refused
        when c.row is null and r.row in (select row from candidates)
            then 'even one request at a time waits longer for its tokens than the limit'
        when c.row is null then format('{:.0f} GPUs make no server of tp 1, 2, 4 or 8 times pp {:.0f}', r.gpus, r.pp)
        when c.kv_room_bytes <= 0
            then format(
                '{:.1f} GB of weights do not fit {} x {}, which hold {:.1f} GB beside work space',
                c.weight_bytes / 1e9, c.gpus, r.gpu_spec, (c.kv_room_bytes + c.weight_bytes) / 1e9
            )
        when c.output_tokens_per_s_per_gpu is null then concat('the spec of ', r.gpu_spec, ' lacks a figure that is needed')
        when not c.fits then 'the weights leave less room than one request is thought to need; times are for one alone'
        else coalesce(r.doubt, r.remark)
    end as reason,
    r.model is not null and r.gpu_spec is not null as has_specs,
    r.doubt is null as is_core,
    r.model,
    r.gpu_spec,
    r.refused,
    r.remark,
    r.weights,
    c.kv_dtype,
    r.isl,
    r.osl,
    c.gpus,
    c.pp::integer as pp,
    c.fits,
    c.batch,
    c.max_batch,
    c.weight_bytes,
    c.kv_bytes_per_request,
    c.kv_room_bytes,
    c.output_tokens_per_s,
    c.gpu_seconds_per_m_input_tokens,
    c.gpu_seconds_per_m_output_tokens,
    c.theta_version
from read as r
left join best as c on c.row = r.row
order by r.row
