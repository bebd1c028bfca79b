-- One answer per request, in the file's order: of the servers that hold the model, the one with the most tokens per
-- GPU. Key: row. has_specs: model and GPU are known. is_core: measured under the conditions that the constants were
-- fitted for. in_scope: is_core, and answered. reason: why there is no answer, or a remark on it.
with best as (
    from costed
    qualify row_number() over (partition by row order by fits desc, output_tokens_per_s_per_gpu desc nulls last, tp) = 1
)
select
    read.row,
    best.output_tokens_per_s_per_gpu,
    best.ttft_s,
    best.tpot_s,
    best.tp::integer as tp,
    greatest(1, floor(best.replicas))::integer as replicas,
    best.output_tokens_per_s_per_gpu is not null and read.doubt is null and best.fits as in_scope,
    case
        when read.refused is not null then read.refused
        when best.row is null and read.row in (select row from candidates)
            then 'even one request at a time waits longer for its tokens than the limit'
        when
            best.row is null
            then format('{:.0f} GPUs make no server of tp 1, 2, 4 or 8 times pp {:.0f}', read.gpus, read.pp)
        when best.kv_room_bytes <= 0
            then format(
                '{:.1f} GB of weights do not fit {} x {}, which hold {:.1f} GB beside work space',
                best.weight_bytes / 1e9, best.gpus, read.gpu_spec, (best.kv_room_bytes + best.weight_bytes) / 1e9
            )
        when
            best.output_tokens_per_s_per_gpu is null
            then concat('the spec of ', read.gpu_spec, ' lacks a figure that is needed')
        when
            not best.fits
            then 'the weights leave less room than one request is thought to need; times are for one alone'
        else coalesce(read.doubt, read.remark)
    end as reason,
    read.model is not null and read.gpu_spec is not null as has_specs,
    read.doubt is null as is_core,
    read.model,
    read.gpu_spec,
    read.refused,
    read.remark,
    read.weights,
    best.kv_dtype,
    read.isl,
    read.osl,
    best.gpus,
    best.pp::integer as pp,
    best.fits,
    best.batch,
    best.max_batch,
    best.weight_bytes,
    best.kv_bytes_per_request,
    best.kv_room_bytes,
    best.output_tokens_per_s,
    best.gpu_seconds_per_m_input_tokens,
    best.gpu_seconds_per_m_output_tokens,
    best.theta_version
from read
left join best on best.row = read.row
order by read.row
