-- Constants of the cost model: fitted shares of hardware peaks and fixed times, with the range in which fits put them.
-- The newest version is the one in use.
-- materialized: table
-- key: version, name
select version, name, value::double as value, unit, low::double as low, high::double as high, why
from seeds.theta
