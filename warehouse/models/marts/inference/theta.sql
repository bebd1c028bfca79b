-- Calibration constants of the cost model: fitted shares of hardware peaks and fixed times, with the range of the fits.
-- The newest version is in use.
-- materialized: table
-- key: version, name
select version, name, value::double as value, unit, low::double as low, high::double as high, why
from seeds.theta
