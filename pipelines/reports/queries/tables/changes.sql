-- Price changes, without statistics over offers, which are not prices. Grain: event_id.
-- is_first_observation: new only because its source was observed for the first time, which is not news.
with first_observations as (
    select provider, source as feed, min(seen_on) as first_on from v1.source_health where n_offers > 0 group by all
)
select c.*, c.kind = 'new' and coalesce(f.first_on = c.changed_on, c.source = 'seed') as is_first_observation
from v1.price_changes as c
left join first_observations as f using (provider, feed)
where c.price_scope <> 'offer_aggregate'
