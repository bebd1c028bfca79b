-- Servers that may answer a request: the one it names, or every layout of its GPUs that is in use. Key: row, tp, pp,
-- dp_attn. replicas: servers side by side, which share the concurrency evenly.
create or replace macro marts.candidates_of(requests) as table
with allowed as (
    -- Once for each kind of model and chip.
    select kinds.*, layouts.*
    from (select distinct is_mixture, is_mla, link_kind from query_table(requests)) as kinds
    join marts.layouts() as layouts
        on is_layout(layouts.tp, layouts.pp, layouts.dp_attn, kinds.is_mixture, kinds.is_mla, kinds.link_kind)
),
chosen as (
    select
        read.*,
        read.server_tp as tp,
        read.stages as pp,
        unnest(case
            when read.attention_ranks is not null then [read.attention_ranks]
            when read.is_mixture and read.server_tp > 1 then [0, 1]
            else [0]
        end) as dp_attn,
        read.given_replicas as replicas
    from query_table(requests) as read
    where read.refused is null and read.server_tp is not null
    union all by name
    -- Given stages are obeyed: of the layouts, only those of one stage are then multiplied by them.
    select
        read.*,
        allowed.tp,
        allowed.pp * read.stages as pp,
        coalesce(read.attention_ranks, allowed.dp_attn) as dp_attn,
        read.gpus / (allowed.tp * allowed.pp * read.stages) as replicas
    from query_table(requests) as read
    join allowed
        on
            allowed.is_mixture = read.is_mixture
            and allowed.is_mla is not distinct from read.is_mla
            and allowed.link_kind is not distinct from read.link_kind
            and if(
                read.server_gpus is null,
                read.gpus % (allowed.tp * allowed.pp * read.stages) = 0,
                read.server_gpus = allowed.tp * allowed.pp * read.stages
            )
            and (not read.is_pp_given or allowed.pp = 1)
            and (read.attention_ranks is null or allowed.dp_attn = 0)
    where read.refused is null and read.server_tp is null
)
select
    row,
    model,
    gpu_spec,
    tp,
    pp,
    dp_attn,
    ep,
    weights,
    kv_dtype,
    isl,
    osl,
    beams,
    engine,
    is_pool,
    drafts,
    acceptance,
    cached_share,
    replicas,
    if(concurrency is null, null, greatest(1, concurrency / replicas)) as concurrency
from chosen;
