-- Price changes, without statistics over offers, which are not prices. Grain: event_id.
-- is_first_observation: new only because its source was observed for the first time, which is not news.
with first_observations as (
    select provider, source as feed, min(seen_on) as first_on from v1.source_health where n_offers > 0 group by all
)
select price_changes.*, price_changes.kind = 'new'
    and coalesce(first_observations.first_on = price_changes.changed_on,
        price_changes.source = 'seed') as is_first_observation
from v1.price_changes
left join first_observations using (provider, feed)
where price_changes.price_scope <> 'offer_aggregate'
