-- Servers that may answer a request: the one it names, or every layout of its GPUs that is in use. Key: row, tp, pp,
-- dp_attn. replicas: servers side by side, which share the concurrency evenly. is_stated: not one of the layouts that
-- are tried beside an assumed one, for where that holds no model.
create or replace macro marts.candidates_of(requests) as table
with asked_servers as (
    -- What decides about servers is alike in most requests: layouts are looked up once for each of its combinations.
    select distinct
        server_tp, stages, attention_ranks, gpus, server_gpus, is_pp_given, is_tp_assumed, is_mixture, is_mla, link_kind
    from query_table(requests)
    where refused is null
),
servers as (
    select
        asked.*,
        asked.server_tp as tp,
        asked.stages as pp,
        unnest(case
            when asked.attention_ranks is not null then [asked.attention_ranks]
            when asked.is_mixture and asked.server_tp > 1 then [0, 1]
            else [0]
        end) as dp_attn,
        true as is_stated
    from asked_servers as asked
    where asked.server_tp is not null
    union all by name
    -- Given stages are obeyed: of the layouts, only those of one stage are then multiplied by them.
    select
        asked.*,
        layouts.tp,
        layouts.pp * asked.stages as pp,
        coalesce(asked.attention_ranks, layouts.dp_attn) as dp_attn,
        asked.server_tp is null as is_stated
    from asked_servers as asked
    join marts.layouts() as layouts
        on
            is_layout(layouts.tp, layouts.pp, layouts.dp_attn, asked.is_mixture, asked.is_mla, asked.link_kind)
            and if(
                asked.server_gpus is null,
                asked.gpus % (layouts.tp * layouts.pp * asked.stages) = 0,
                asked.server_gpus = layouts.tp * layouts.pp * asked.stages
            )
            and (not asked.is_pp_given or layouts.pp = 1)
            and (asked.attention_ranks is null or layouts.dp_attn = 0)
    where asked.server_tp is null or asked.is_tp_assumed
)
select
    read.row,
    read.model,
    read.gpu_spec,
    servers.tp,
    servers.pp,
    servers.dp_attn,
    read.ep,
    read.weights,
    read.kv_dtype,
    read.isl,
    read.osl,
    read.beams,
    read.engine,
    read.is_pool,
    read.drafts,
    read.acceptance,
    read.cached_share,
    servers.is_stated,
    if(
        read.server_tp is null or not servers.is_stated,
        read.gpus / (servers.tp * servers.pp),
        read.given_replicas
    ) as replicas,
    if(read.concurrency is null, null, greatest(1, read.concurrency / replicas)) as concurrency
from query_table(requests) as read
join servers
    on
        servers.gpus = read.gpus
        and servers.stages = read.stages
        and servers.is_mixture = read.is_mixture
        and servers.is_pp_given = read.is_pp_given
        and servers.is_tp_assumed is not distinct from read.is_tp_assumed
        and servers.server_tp is not distinct from read.server_tp
        and servers.attention_ranks is not distinct from read.attention_ranks
        and servers.server_gpus is not distinct from read.server_gpus
        and servers.is_mla is not distinct from read.is_mla
        and servers.link_kind is not distinct from read.link_kind
where read.refused is null;
