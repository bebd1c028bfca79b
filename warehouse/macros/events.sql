-- The stable name of what the gate says of a series' version: the series, and when a scrape first showed the version.
create or replace macro event_id(series_id, seen_at) as md5(concat_ws('|', series_id, epoch_us(seen_at)));
-- Price versions of a series that are kept at hand beside the current one; as many as the gate asks of a series that
-- moved once.
create or replace macro n_recent_versions() as 12;
