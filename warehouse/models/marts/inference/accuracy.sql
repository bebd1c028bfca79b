-- How far measurements of a class lie from the model, by constants that were fitted without their source,
-- in the form that `gpuhour calibrate` prints. An answer takes the row of least width whose pattern its class is like.
-- materialized: table
-- key: class
-- columns:
--   class: model family, format of the weights, vendor and load; "any" where a wider class leaves one open
--   pattern: the same for LIKE
--   width: how many of the four are open
--   rows, sources: measurements, and independent sources of them
--   median_error_pct: median of |answer / measured - 1|, in percent
--   band_factor: nine in ten measurements lie within it either way
select
    class,
    replace(class, 'any', '%') as pattern,
    len(regexp_extract_all(class, '\bany\b'))::integer as width,
    rows::integer as rows,
    sources::integer as sources,
    median_error_pct::double as median_error_pct,
    band_factor::double as band_factor
from seeds.accuracy
order by class
