-- Every kind of GPU that was ever priced, and the spec that describes it. Columns as in core.series: join prices on the
-- three key columns with IS NOT DISTINCT FROM.
-- materialized: table
-- key: gpu, form_factor, gpu_memory_gb
-- columns:
--   spec: name in marts.gpu_specs, NULL where there is none
--   is_form_assumed: whether the page prints no form factor and the usual one is assumed
--   n_series: number of priced series of this kind
select
    printed.gpu,
    printed.form_factor,
    printed.gpu_memory_gb,
    printed.n_series,
    gpu_specs.name as spec,
    coalesce(gpu_specs.form_factor is not null and coalesce(printed.form_factor, '') = '', false) as is_form_assumed
from (
    select gpu, form_factor, gpu_memory_gb, count(*) as n_series from core.series where gpu is not null group by all
) as printed
left join marts.gpu_specs
    on
        gpu_specs.gpu = printed.gpu
        and is_described_by(
            printed.form_factor,
            printed.gpu_memory_gb,
            gpu_specs.form_factor,
            gpu_specs.is_default,
            gpu_specs.gpu_memory_gb
        )
qualify row_number() over (
    partition by printed.gpu, printed.form_factor, printed.gpu_memory_gb
    order by abs(printed.gpu_memory_gb - gpu_specs.gpu_memory_gb), gpu_specs.name
) = 1
order by printed.gpu, printed.form_factor, printed.gpu_memory_gb
