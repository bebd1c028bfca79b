-- One row: the day that "now" means, the size of the database, and the origins of its rows.
select
    meta.*,
    coalesce((select max(as_of) from made.offers), meta.newest_on) as as_of,
    (select count(*) from made.offers) as n_offers,
    (select list(distinct origin order by origin) from made.offers) as origins,
    (select min(valid_from) from v1.price_intervals where source <> 'seed') as since
from v1.meta
