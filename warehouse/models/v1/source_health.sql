-- What was tried and what came of it, per source and UTC day.
-- materialized: view
-- key: provider, source, seen_on
-- columns:
--   status: ok, partial, failed, layout_changed, no_public_price, needs_key,
--   is_complete: what the source did not state that day is gone
--   n_series: how many series it stated
select provider, source, seen_on, n_pages, n_offers, n_series, last_tried_at, status, detail, is_complete
from intermediate.source_days
