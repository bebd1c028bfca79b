-- How far an index moved within some days. Grain: index_id x day. Only days that are final: the newest may still change.
select a.index_id, a.gpu, a.gpu_memory_gb, a.pricing_model, a.day, b.chained_base100 as old, a.chained_base100 as new
from v1.index_daily as a
join v1.index_daily as b on b.index_id = a.index_id and b.day = a.day - $days and b.chain_start = a.chain_start
where a.status = 'ok' and b.status = 'ok' and a.vintage = 'final'
    and abs(a.chained_base100 / b.chained_base100 - 1) * 100 >= $pct
order by a.index_id, a.day
