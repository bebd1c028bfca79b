-- What the gate held or flagged, by which rule and why, with the receipt and the price that stood before.
-- Grain: event_id (stable): one stretch of looks at one series. verdict: quarantine, flag; status: held (not published,
-- last_good stays in force), released, rejected. A fault of a whole source has instance 'all' and no series. date, date_to: first and last day on which it was stated.
-- Once, not for each use: the runs of all years are looked through for it.
with judged as materialized (
    select
        s.main_no, s.series_id, s.provider, s.source, s.instance, s.region, s.zone, s.gpu, s.pricing_model,
        r.first_on, r.last_on, r.price, r.currency, r.price_unit, r.usd_per_gpu_hour,
        r.text, v.verdict, v.status, v.rule, v.class, v.reason,
        l.captured_at, l.source_url, l.sha256, l.parser_version
    from core.verdicts as v
    join core.runs as r using (series_no, run_no)
    join core.series as s using (series_no)
    join core.looks as l on l.look_no = r.first_look
),
near as (
    select series_no as main_no, valid_from, valid_to, price, currency, price_unit, usd_per_gpu_hour
    from core.intervals
    where series_no in (select main_no from judged)
)
select
    event_id(j.series_id, j.captured_at) as event_id,
    j.series_id, j.provider, j.source, j.instance, j.region, j.zone, j.gpu, j.pricing_model,
    j.first_on as date, j.last_on as date_to,
    j.verdict, j.status, j.rule, j.class, j.reason,
    j.price, j.currency, j.price_unit, j.usd_per_gpu_hour,
    -- In the same currency and unit, or it would be another number of the same name.
    if(n.currency = j.currency and n.price_unit = j.price_unit and n.valid_to >= j.first_on, n.price, null) as last_good,
    if(n.valid_to >= j.first_on, n.usd_per_gpu_hour, null) as last_good_usd_per_gpu_hour,
    j.text, j.source_url, j.sha256, j.parser_version
from judged as j
asof left join (select * replace (coalesce(valid_to, 'infinity') as valid_to) from near) as n
    on n.main_no = j.main_no and j.first_on > n.valid_from
union all by name
select
    event_id(concat_ws('|', source, provider, rule, what), date::timestamptz) as event_id,
    provider, source, instance, '' as region, '' as zone,
    if(what in ('on_demand', 'spot', 'reserved'), null, nullif(what, '')) as gpu,
    if(what in ('on_demand', 'spot', 'reserved'), what, '') as pricing_model,
    date, date_to, verdict, status, rule, class, reason
from gate.source_faults
union all by name
-- One thing under a new name: its history goes on.
select
    event_id(n.series_id || '|renamed', a.renamed_on::timestamptz) as event_id,
    m.series_id, n.provider, n.source, n.instance, n.region, n.zone, n.gpu, n.pricing_model,
    a.renamed_on as date, a.renamed_on as date_to, 'flag' as verdict, 'released' as status, a.class as rule, a.class,
    concat_ws(' ', m.instance, nullif(m.zone, ''), 'is now', n.instance, nullif(n.zone, '')) as reason
from core.aliases as a
join core.series as n using (series_no)
join core.series as m on m.series_no = a.main_no
