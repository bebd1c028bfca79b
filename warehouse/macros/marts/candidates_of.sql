-- Servers that may answer a request: the one it names, or every layout of its GPUs that is in use. Key: row, tp, pp,
-- dp_attn. requests: name of a relation of marts.requests_of; loads: of the same requests, perhaps with more columns,
-- which pass through but for those that decide about servers.
-- replicas: servers side by side, which share the concurrency evenly. is_stated: not one of the layouts that are tried
-- beside an assumed one, for where that holds no model. is_fallback: the first of a request's, which an answer is about
-- where no server has room.
create or replace macro marts.candidates_of(requests, loads) as table
with kinds as (
    -- What decides about servers is alike in most requests: layouts are looked up once for each of its combinations.
    select row_number() over () as kind, *
    from (
        select distinct
            server_tp, stages, attention_ranks, gpus, server_gpus, is_pp_given, is_tp_assumed, is_mixture, is_mla,
            link_kind
        from query_table(requests)
        where refused is null
    )
),
tried as (
    select
        kinds.*,
        kinds.server_tp as tp,
        kinds.stages as pp,
        unnest(case
            when kinds.attention_ranks is not null then [kinds.attention_ranks]
            when kinds.is_mixture and kinds.server_tp > 1 then [0, 1]
            else [0]
        end) as dp_attn,
        true as is_stated
    from kinds
    where kinds.server_tp is not null
    union all by name
    -- Given stages are obeyed: of the layouts, only those of one stage are then multiplied by them.
    select
        kinds.*,
        layouts.tp,
        layouts.pp * kinds.stages as pp,
        coalesce(kinds.attention_ranks, layouts.dp_attn) as dp_attn,
        kinds.server_tp is null as is_stated
    from kinds
    join marts.layouts() as layouts
        on
            is_layout(layouts.tp, layouts.pp, layouts.dp_attn, kinds.is_mixture, kinds.is_mla, kinds.link_kind)
            and if(
                kinds.server_gpus is null,
                kinds.gpus % (layouts.tp * layouts.pp * kinds.stages) = 0,
                kinds.server_gpus = layouts.tp * layouts.pp * kinds.stages
            )
            and (not kinds.is_pp_given or layouts.pp = 1)
            -- Ranks of attention have a GPU each; where they are given, each tp is tried once.
            and (
                kinds.attention_ranks is null
                or layouts.dp_attn = (kinds.attention_ranks > 0 and layouts.tp > 8)::integer
                and layouts.tp >= least(
                    kinds.attention_ranks,
                    if(kinds.is_mla, 64, 8),
                    coalesce(kinds.server_gpus, kinds.gpus) / kinds.stages
                )
            )
    where kinds.server_tp is null or kinds.is_tp_assumed
),
servers as (
    select
        kind,
        tp,
        pp,
        dp_attn,
        is_stated,
        row_number() over (partition by kind order by is_stated desc, tp, pp, dp_attn) = 1 as is_fallback
    from tried
),
asked as (
    select read.*, kinds.kind
    from query_table(loads) as read
    join kinds
        on
            kinds.gpus = read.gpus
            and kinds.stages = read.stages
            and kinds.is_mixture = read.is_mixture
            and kinds.is_pp_given = read.is_pp_given
            and kinds.is_tp_assumed is not distinct from read.is_tp_assumed
            and kinds.server_tp is not distinct from read.server_tp
            and kinds.attention_ranks is not distinct from read.attention_ranks
            and kinds.server_gpus is not distinct from read.server_gpus
            and kinds.is_mla is not distinct from read.is_mla
            and kinds.link_kind is not distinct from read.link_kind
    where read.refused is null
)
select
    asked.* exclude (
        kind, refused, gpus, server_gpus, server_tp, stages, attention_ranks, given_replicas, is_tp_assumed,
        is_pp_given, is_mixture, concurrency
    ),
    servers.tp,
    servers.pp,
    servers.dp_attn,
    servers.is_stated,
    servers.is_fallback,
    if(
        asked.server_tp is null or not servers.is_stated,
        asked.gpus / (servers.tp * servers.pp),
        asked.given_replicas
    ) as replicas,
    if(asked.concurrency is null, null, greatest(1, asked.concurrency / replicas)) as concurrency
from asked
join servers on servers.kind = asked.kind;
