-- Offers of one thing in one scrape, where there are several: the latest landing is chosen, then the dearer (too low a
-- price misleads more). Why apart: hardly any, and to compare all offers would sort them.
-- materialized: table
-- driven_by: intermediate.stated_offers
-- key: nth
-- columns:
--   is_chosen: whether it is the one that counts
--   n_prices: as in intermediate.observations
with things as (
    select hash(series_id, is_announced, scrape_key) as thing, nth from intermediate.stated_offers
),
alike as (
    select nth from things where thing in (select thing from things group by thing having count(*) > 1)
),
compared as (
    select stated_offers.* from intermediate.stated_offers join alike using (nth)
),
chosen as (
    select
        series_id, is_announced, scrape_key, count(*) as n_offers,
        arg_max(nth, (landed_at, coalesce(price, 0), observed_at, text, machine, gpu_label, -nth)) as chosen_nth,
        greatest(max(n_prices), if(min(coalesce(price, 0)) <> max(coalesce(price, 0)), 2, 1)) as n_prices
    from compared
    group by series_id, is_announced, scrape_key
)
select compared.nth, compared.nth = chosen.chosen_nth as is_chosen, chosen.n_prices
from compared
join chosen using (series_id, is_announced, scrape_key)
where chosen.n_offers > 1
