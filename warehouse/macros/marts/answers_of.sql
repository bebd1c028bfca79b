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
bands as (from marts.bands_of(requests))
select
    read.row,
    -- A tight limit on latency leaves batches half empty.
    best.output_tokens_per_s_per_gpu * if(read.load = 'interactive', shares.interactive_share, 1)
        as output_tokens_per_s_per_gpu,
    best.ttft_s,
    best.tpot_s,
    best.tp::integer as tp,
    greatest(1, floor(best.replicas))::integer as replicas,
    read.class,
    bands.band_factor,
    best.output_tokens_per_s_per_gpu is not null and read.doubt is null and best.fits and best.is_stated
    and coalesce(bands.is_own, false) as in_scope,
    case
        when read.refused is not null then read.refused
        when best.row is null and read.row in (select row from query_table(limited))
            then 'even one request at a time waits longer for its tokens than the limit'
        when
            best.row is null
            then format('{:.0f} GPUs make no server of tp 1, 2, 4 or 8 times pp {:.0f}', read.gpus, read.stages)
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
        else nullif(concat_ws(
            '; ',
            read.doubt,
            read.remark,
            read.note,
            case
                when not best.is_stated
                    then format('a server of tp {:.0f} cannot hold the model: one of {} is', read.server_tp, best.gpus)
            end,
            case
                when length_ranges.row is not null and length_ranges.output_tokens_per_s_per_gpu_low is null
                    then 'there is no answer at some end of the lengths'
            end,
            case
                when not bands.is_own then concat('no measured class like this; the band is of: ', bands.measured_class)
            end
        ), '')
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
    best.dp_attn::integer as dp_attn,
    best.fits,
    best.batch,
    best.max_batch,
    best.weight_bytes,
    best.kv_bytes_per_request,
    best.kv_room_bytes,
    best.output_tokens_per_s,
    best.gpu_seconds_per_m_input_tokens,
    best.gpu_seconds_per_m_output_tokens,
    best.theta_version,
    read.isl_low,
    read.isl_high,
    read.osl_low,
    read.osl_high,
    length_ranges.* exclude (row)
from query_table(requests) as read
left join best on best.row = read.row
left join bands on bands.class = read.class
left join query_table(length_ranges) as length_ranges on length_ranges.row = read.row
cross join (
    select value as interactive_share
    from marts.theta
    where name = 'interactive_share' and version = (select max(version) from marts.theta)
) as shares;
