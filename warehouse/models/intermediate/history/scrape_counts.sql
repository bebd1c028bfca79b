-- Number of series that each scrape stated, and of the versions that began with it.
-- materialized: append
-- key: scrape_no, pricing_model, product
-- columns:
--   scrape_no integer: the scrape
--   pricing_model, product varchar: product is the GPU, else the label
--   n_series, n_begun integer: series stated, and versions that began with it
from intermediate.new_scrape_counts
