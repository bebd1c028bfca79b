-- Which GPUs a provider offers: as the document lists them, and as its pages do now.
-- Grain: edition x provider x gpu.
select distinct 'seed' as edition, s.as_of, coalesce(a.provider, lower(s.provider)) as provider, s.gpu
from seeds.seed_availability as s
left join seeds.provider_aliases as a on a.alias = lower(s.provider)
union all
select distinct 'newest' as edition, m.newest_on as as_of, p.provider, p.gpu
from v1.meta as m, v1.prices_as_of(core.newest_day(), max_age := 7) as p
where p.source <> 'seed' and p.gpu is not null
order by all
