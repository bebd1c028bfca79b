-- How much each source's listing grew and shrank, whenever it changed.
-- Grain: source x provider x pricing_model x product (GPU, else label) x moved_at (TIMESTAMPTZ). n_begun, n_ended: runs.
-- A run ends when the next of its series begins, else at the end of the day whose look missed it.
-- Why a table of its own: all faults of listings need only this, and it grows with changes, not with observations.
with runs as (
    select
        source, provider, pricing_model, coalesce(gpu, gpu_label) as product, first_at,
        least((ended_on + 1)::timestamptz - interval 1 second, lead(first_at) over series) as ended_at
    from core.runs
    window series as (partition by series_no order by run_no)
),
moves as (
    select source, provider, pricing_model, product, first_at as moved_at, 1 as n_begun, 0 as n_ended from runs
    union all
    select source, provider, pricing_model, product, ended_at, 0, 1 from runs where ended_at is not null
)
select source, provider, pricing_model, product, moved_at, sum(n_begun)::bigint as n_begun, sum(n_ended)::bigint as n_ended
from moves
group by all
