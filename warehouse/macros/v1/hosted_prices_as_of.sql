-- What hosts charge per token on a day, USD per million tokens: one row per host, model and prompt length, from the
-- list that ranks first of those that state it; n_lists: how many state the same input and output price. A list counts
-- if it was read within max_age days before; a price whose first day is unknown, within max_age days of its last. The
-- installed package counts where no list does: its dated prices from their day, the others from the day of its release
-- on, and on the day that "now" means. Models whose price depends on the hour are left out.
create or replace macro v1.hosted_prices_as_of(as_of, max_age := 35) as table
from core.hosted_prices_as_of(as_of, max_age := max_age);
