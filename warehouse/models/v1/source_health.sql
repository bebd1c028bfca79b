-- The outcome of all scrape attempts at a source on a UTC day.
-- materialized: view
-- key: provider, source, seen_on
-- columns:
--   status: ok, partial, failed, layout_changed, no_public_price, needs_key, ...
--   is_complete: whether series that the source did not state that day count as gone
--   n_series: number of series it stated
select provider, source, seen_on, n_pages, n_offers, n_series, last_tried_at, status, detail, is_complete
from intermediate.source_days
