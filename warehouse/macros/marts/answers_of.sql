-- One answer per request, in any order: of the servers that hold the model, the one with the most tokens per GPU. Key:
-- row. limited: rows that have servers and a limit on time per token. has_specs: model and GPU are known. class: model
-- family, format, vendor and load. band_factor: nine in ten measurements of that class lie within it either way, by
-- constants that were fitted without their source; see marts.bands_of. is_core: the model covers such requests.
-- in_scope: is_core, answered by a layout as stated, and the class itself was measured. reason: why there is no answer,
-- or a remark on it. *_low, *_high: the answers at the ends of lengths that are ranges; NULL where lengths are stated.
create or replace macro marts.answers_of(requests, limited, costed, length_ranges) as table
with best as (
    select
        unnest(arg_min(
            servers,
            create_sort_key(
                fits, 'desc nulls last', is_stated, 'desc nulls last', output_tokens_per_s_per_gpu, 'desc nulls last',
                tp, 'asc nulls last', pp, 'asc nulls last', dp_attn, 'asc nulls last'
            )
        ))
    from query_table(costed) as servers
    group by row
),
classes as (
    select *, accuracy_class(family, measured_as, vendor, load) as class
    from (select distinct family, measured_as, vendor, load from query_table(requests))
),
bands as (from marts.bands_of('classes')),
judged as (
    select classes.*, bands.* exclude (class)
    from classes
    left join bands on bands.class = classes.class
),
-- Rows are put in order before they have long texts.
joined as (
    select
        read.*,
        judged.class,
        judged.band_factor,
        judged.measured_class,
        judged.is_own,
        best.row is not null as has_server,
        best.gpus as server_size,
        best.kv_dtype as kv_stored_as,
        best.tp,
        best.pp,
        best.dp_attn,
        best.is_stated,
        best.replicas,
        best.fits,
        best.batch,
        best.max_batch,
        best.weight_bytes,
        best.kv_bytes_per_request,
        best.kv_room_bytes,
        best.ttft_s,
        best.tpot_s,
        best.output_tokens_per_s,
        best.output_tokens_per_s_per_gpu,
        best.gpu_seconds_per_m_input_tokens,
        best.gpu_seconds_per_m_output_tokens,
        best.theta_version,
        length_ranges.* exclude (row),
        length_ranges.row is not null as is_ranged,
        limits.row is not null as is_limited,
        case when read.load = 'interactive' then shares.interactive_share else 1 end as share_reached
    from query_table(requests) as read
    left join best on best.row = read.row
    left join judged
        on
            judged.family is not distinct from read.family
            and judged.measured_as is not distinct from read.measured_as
            and judged.vendor is not distinct from read.vendor
            and judged.load is not distinct from read.load
    left join query_table(length_ranges) as length_ranges on length_ranges.row = read.row
    left join (select distinct row from query_table(limited)) as limits on limits.row = read.row
    cross join (
        select value as interactive_share
        from marts.theta
        where name = 'interactive_share' and version = (select max(version) from marts.theta)
    ) as shares
    order by read.row
),
remarked as (
    select
        *,
        case
            when is_format_assumed
                then concat('the precision is not stated: ', weights, ', as the model was published, is assumed')
            when beams > 1 then format('beam search: {:.0f} sequences per request', beams)
            when is_open_division then 'open division: the submitter may have changed the model'
        end as doubt,
        case
            when isl + osl > context_tokens
                then format('{:.0f} tokens are beyond the model''s context of {:,}', isl + osl, context_tokens)
            when coalesce(isl_high, isl) + coalesce(osl_high, osl) > context_tokens
                then format(
                    'the lengths range to {:.0f} tokens, beyond the model''s context of {:,}',
                    coalesce(isl_high, isl) + coalesce(osl_high, osl),
                    context_tokens
                )
        end as remark,
        case
            when vendor not in ('NVIDIA', 'AMD')
                then concat('few or no measurements on ', vendor, ' chips went into the constants')
            when weights in ('FP8', 'FP8-BLOCK') and lacks_fp8
                then concat(gpu_spec, ' has no FP8 units: FP8 weights are widened to FP16, and save memory alone')
            when weights in ('FP4', 'MXFP4') and lacks_fp4
                then concat(gpu_spec, ' has no FP4 units: weights in four bits are widened, and save memory alone')
            when is_pool then 'figures are of the GPUs that generate; those that read prompts come on top'
        end as note
    from joined
)
select
    row,
    -- A tight limit on latency leaves batches half empty.
    remarked.output_tokens_per_s_per_gpu * share_reached as output_tokens_per_s_per_gpu,
    ttft_s,
    tpot_s,
    tp::integer as tp,
    greatest(1, floor(replicas))::integer as replicas,
    class,
    band_factor,
    remarked.output_tokens_per_s_per_gpu is not null and doubt is null and fits and is_stated
    and coalesce(is_own, false) as in_scope,
    case
        when refused is not null then refused
        when not has_server and is_limited then 'even one request at a time waits longer for its tokens than the limit'
        when not has_server
            then format('{:.0f} GPUs make no server of tp 1, 2, 4 or 8 times pp {:.0f}', remarked.gpus, stages)
        when kv_room_bytes <= 0
            then format(
                '{:.1f} GB of weights do not fit {} x {}, which hold {:.1f} GB beside work space',
                weight_bytes / 1e9, server_size, gpu_spec, (kv_room_bytes + weight_bytes) / 1e9
            )
        when remarked.output_tokens_per_s_per_gpu is null
            then concat('the spec of ', gpu_spec, ' lacks a figure that is needed')
        when not fits then 'the weights leave less room than one request is thought to need; times are for one alone'
        else nullif(concat_ws(
            '; ',
            doubt,
            remark,
            note,
            case
                when not is_stated
                    then format('a server of tp {:.0f} cannot hold the model: one of {} is', server_tp, server_size)
            end,
            case
                when is_ranged and output_tokens_per_s_per_gpu_low is null
                    then 'there is no answer at some end of the lengths'
            end,
            case when not is_own then concat('no measured class like this; the band is of: ', measured_class) end
        ), '')
    end as reason,
    model is not null and gpu_spec is not null as has_specs,
    doubt is null as is_core,
    model,
    gpu_spec,
    refused,
    remark,
    weights,
    kv_stored_as as kv_dtype,
    isl,
    osl,
    server_size as gpus,
    pp::integer as pp,
    dp_attn::integer as dp_attn,
    fits,
    batch,
    max_batch,
    weight_bytes,
    kv_bytes_per_request,
    kv_room_bytes,
    output_tokens_per_s,
    gpu_seconds_per_m_input_tokens,
    gpu_seconds_per_m_output_tokens,
    theta_version,
    isl_low,
    isl_high,
    osl_low,
    osl_high,
    output_tokens_per_s_per_gpu_low,
    output_tokens_per_s_per_gpu_high,
    ttft_s_low,
    ttft_s_high,
    tpot_s_low,
    tpot_s_high
from remarked;
