-- What the gate held or flagged, by which rule and why, with the receipt and the price that stood before.
-- Grain: event_id (stable): one stretch of looks at one series. verdict: quarantine, flag; status: held (not published,
-- last_good stays in force), released, rejected. A fault of a whole source has instance 'all' and no series. date, date_to: first and last day on which it was stated.
select
    event_id(s.series_id, l.captured_at) as event_id,
    s.series_id, s.provider, s.source, s.instance, s.region, s.zone, s.gpu, s.pricing_model,
    v.first_on as date, j.last_on as date_to,
    v.verdict, v.status, v.rule, v.class, v.reason,
    j.price, j.currency, j.price_unit, j.usd_per_gpu_hour, j.last_good, j.last_good_usd_per_gpu_hour,
    j.text, l.source_url, l.sha256, l.parser_version
from core.judged as j
join core.verdicts as v using (series_no, run_no)
join core.series as s using (series_no)
join core.looks as l on l.look_no = j.first_look
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
