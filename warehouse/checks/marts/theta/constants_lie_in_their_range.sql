-- error: a fitted constant must lie within the range of the fits.
select version, name, value, low, high
from marts.theta
where not coalesce(value between low and high, false)
