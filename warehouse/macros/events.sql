-- Stable id of a gate event on a series' version: the series, and the time of the first scrape that showed the version.
create or replace macro event_id(series_id, seen_at) as md5(concat_ws('|', series_id, epoch_us(seen_at)));
-- Number of recent price versions kept beside the current one: as many as the gate needs of a series that changed.
create or replace macro n_recent_versions() as 12;
