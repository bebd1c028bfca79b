-- (provisional)
-- Grain: series_no x run_no.
select series_no, run_no, 'quarantine' as verdict, 'held' as status, 'missing_price' as rule, 'missing_price' as class, 'x' as reason
from gate.runs where coalesce(price, 0) = 0 or n_prices > 1
