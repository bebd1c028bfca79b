-- Prices in force on a day: accepted, neither changed nor gone by the end of that UTC day, and seen by a scrape at most
-- max_age days before. An announced price is not in force before its day; the previous one is. last_seen_on: the last
-- day up to then on which its source was read, but not after a scrape last showed the price: a source that was read in
-- part, without this price, counts as read on days before the last. is_carried_forward: its source was tried later,
-- without success or with a quarantined value, or was not scraped for two days. is_preferred: no better-ranked source
-- answers for the provider's model. What an archive captured is history: it is in force on days before that of the
-- build only.
create or replace macro v1.prices_as_of(as_of, max_age := 35) as table
from core.prices_as_of(as_of, max_age := max_age);
