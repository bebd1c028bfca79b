-- Like marts.inference_of, at the largest concurrency whose time per token is within tpot_limit_s. requests: as there,
-- with tpot_limit_s (NULL: no limit, as many as fit); its concurrency is a limit too, and is tried beside the powers of
-- two. Requests of which even one alone is too slow are left out; those that no server holds stay, with NULLs.
-- request_no tells them apart.
create or replace macro marts.latency_bound_of(requests) as table
with numbered as (
    select * replace (concurrency::double as concurrency), row_number() over () as request_no
    from query_table(requests) as asked
),
steps_of_load as (
    select numbered.* replace (batches.tried as concurrency)
    from numbered, unnest(list_append([2 ** k for k in range(0, 14)], 'infinity'::double)) as batches (tried)
    where batches.tried <= coalesce(numbered.concurrency, 'infinity')
    union all by name
    select * from numbered where concurrency is not null
)
from marts.inference_of('steps_of_load')
where tpot_s is null or tpot_s <= coalesce(tpot_limit_s::double, 'infinity')
qualify row_number() over (partition by request_no order by batch desc nulls last, concurrency) = 1;
