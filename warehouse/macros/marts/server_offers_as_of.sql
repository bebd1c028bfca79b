-- Prices of a day for servers of 1, 2, 4 and 8 GPUs (tp) that can be rented there: one row per price and size. Left
-- out: prices of GPUs without a spec, of unknown term, and of the reference document.
create or replace macro marts.server_offers_as_of(as_of) as table
select offers.*, sizes.tp
from marts.cost_offers_as_of(as_of) as offers
join
    (values (1), (2), (4), (8)) as sizes (tp)
on why_no_server(sizes.tp, offers.gpu_count, offers.max_gpu_count, offers.price_unit, offers.availability) is null
where offers.spec is not null
    and offers.source <> 'seed'
    and (
        offers.pricing_model in ('on_demand', 'spot')
        or (offers.pricing_model = 'reserved' and offers.term_months > 0)
    );
