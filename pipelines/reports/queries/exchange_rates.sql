-- The newest reference rate of each currency: USD for one unit, and its day. Grain: currency.
select currency, rate_on, usd_per_unit
from v1.exchange_rates
order by currency
