-- What the newest scrape of a series states of the machine; no row where it states nothing. What the instance table
-- knows is in intermediate.series.
-- materialized: rewrite
-- driven_by: intermediate.observations
-- key: series_no
-- columns:
--   series_no integer: the series; an announced price belongs to the series that it is announced for
--   stated_at timestamptz: time (UTC) of that scrape
--   vcpus decimal(18, 4): vCPUs of the machine
--   ram_gb decimal(18, 3): its memory, GB
--   local_disk_gb decimal(18, 3): its local disks together, GB
--   interconnect varchar: how its GPUs reach those of other machines, as printed
--   max_gpu_count integer: how many GPUs of that price can be rented in one machine, where a price is per GPU
--   product varchar: what the page sells: machine, cluster, container, endpoint, serverless
--   is_floor boolean: whether the price is the lowest of several ("from $2")
with statements as (
    select
        series.main_no as series_no,
        observations.last_at as stated_at,
        observations.vcpus,
        observations.ram_gb,
        observations.local_disk_gb,
        observations.interconnect,
        observations.max_gpu_count,
        observations.product,
        observations.is_floor
    from intermediate.observations
    join intermediate.series using (series_id, is_announced)
    where observations.item is null -- imports state nothing of this
    qualify row_number() over (
        partition by series.main_no
        order by observations.last_at desc, series.is_announced, observations.source_url, observations.text
    ) = 1
)
from state.machines anti join statements using (series_no)
union all by name
from statements
where vcpus is not null or ram_gb is not null or local_disk_gb is not null
    or interconnect is not null or max_gpu_count is not null or product is not null or is_floor
order by series_no
