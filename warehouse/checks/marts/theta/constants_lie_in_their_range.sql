-- error: a fitted constant lies in the range that fits put it in.
select version, name, value, low, high
from marts.theta
where not coalesce(value between low and high, false)
