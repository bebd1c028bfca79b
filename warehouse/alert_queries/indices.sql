-- Changes of an index over a number of days. Key: index_id, day. Only final days: the newest may still change.
select newer.index_id, newer.gpu, newer.gpu_memory_gb, newer.pricing_model, newer.day, older.chained_base100 as old,
    newer.chained_base100 as new
from v1.index_daily as newer
join v1.index_daily as older on older.index_id = newer.index_id and older.day = newer.day - $days
    and older.chain_start = newer.chain_start
where newer.status = 'ok' and older.status = 'ok' and newer.vintage = 'final'
    and abs(newer.chained_base100 / older.chained_base100 - 1) * 100 >= $pct
order by newer.index_id, newer.day
