-- Sizes of servers that figures are worked out for: those of which some machine, now or ever, is a multiple.
-- materialized: table
-- key: spec, tp
-- columns:
--   spec: as in marts.gpu_specs, of a GPU with a price
--   tp: GPUs of one server: 1, 2, 4 or 8
select priced_gpus.spec, sizes.tp
from marts.priced_gpus
join core.series
    on
        series.gpu = priced_gpus.gpu
        and series.form_factor is not distinct from priced_gpus.form_factor
        and series.gpu_memory_gb is not distinct from priced_gpus.gpu_memory_gb
join (values (1), (2), (4), (8)) as sizes (tp) on series.gpu_count >= sizes.tp and series.gpu_count % sizes.tp = 0
where series.price_scope = 'instance' and priced_gpus.spec is not null
group by all
order by spec, tp
