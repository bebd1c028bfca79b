-- Every kind of GPU that was ever priced, and the spec that describes it. Grain: gpu x form_factor x gpu_memory_gb, as in
-- v1.series: join prices to it by these three with IS NOT DISTINCT FROM. spec: name in marts.gpu_specs, NULL where none is
-- known. is_form_assumed: the page prints no form factor and the usual one is taken. n_series: priced series of the kind.
select
    s.gpu,
    s.form_factor,
    s.gpu_memory_gb,
    s.n_series,
    g.name as spec,
    coalesce(g.form_factor is not null and coalesce(s.form_factor, '') = '', false) as is_form_assumed
from (
    select gpu, form_factor, gpu_memory_gb, count(*) as n_series from v1.series where gpu is not null group by all
) as s
left join marts.gpu_specs as g
    on g.gpu = s.gpu and is_described_by(s.form_factor, s.gpu_memory_gb, g.form_factor, g.is_default, g.gpu_memory_gb)
qualify row_number() over (
    partition by s.gpu, s.form_factor, s.gpu_memory_gb order by abs(s.gpu_memory_gb - g.gpu_memory_gb), g.name
) = 1
order by s.gpu, s.form_factor, s.gpu_memory_gb
