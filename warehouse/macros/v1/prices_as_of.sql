-- The prices in force on a day: what was accepted and neither changed nor gone by the end of that UTC day, and was
-- seen by a
-- look not more than max_age days before. A price announced for later is not in force yet: until then the one before
-- it is.
-- last_seen_on: the last day up to then on which a scrape showed it. is_carried_forward: its source was tried later,
-- without success or with a value that is held, or has not been looked at for two days. is_preferred: no
-- better-ranked source
-- answers for the provider's model.
create or replace macro v1.prices_as_of(as_of, max_age := 35) as table
from core.prices_as_of(as_of, max_age := max_age);
