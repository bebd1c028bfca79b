-- What changed, but for statistics, which are no prices. Grain: event_id.
-- is_first_look: new only because its source was looked at for the first time, which is no news.
with first_looks as (
    select provider, source as feed, min(seen_on) as first_on from v1.source_health where n_offers > 0 group by all
)
select price_changes.*, price_changes.kind = 'new' and coalesce(first_looks.first_on = price_changes.changed_on, price_changes.source = 'seed') as is_first_look
from v1.price_changes
left join first_looks using (provider, feed)
where price_changes.price_scope <> 'offer_aggregate'
