-- Whether an offer cannot be rented now by the source's own words.
create or replace macro is_sold_out(availability) as coalesce(availability in ('sold_out', 'waitlist'), false);
-- Whether a price is a lower bound ("from $2") and stands for none: of a commitment, the bound is what is published.
create or replace macro is_bound(is_floor, pricing_model) as coalesce(is_floor and pricing_model <> 'reserved', false);
-- Why a server of n GPUs cannot be rented at an offer now; NULL: it can. A server stays within one machine, and
-- machines are rented whole: their GPUs must be a multiple of n. max_gpu_count: of a price per GPU, where stated: how
-- many can be rented in one machine.
create or replace macro why_no_server(n_gpus, gpu_count, max_gpu_count, price_unit, availability) as case
    when availability = 'sold_out' then 'sold out'
    when availability = 'waitlist' then 'only by waiting list'
    when gpu_count = 1 and n_gpus <= max_gpu_count then null
    when gpu_count = 1 and n_gpus > 1 and price_unit like 'gpu_%'
        then concat('priced per GPU: no machine of ', n_gpus::integer, ' is on record')
    when gpu_count < n_gpus or gpu_count % n_gpus <> 0
        then concat('rented in machines of ', gpu_count::integer, ': no server of ', n_gpus::integer, ' GPUs')
end;
-- Why n GPUs at once, in as many machines as they take, cannot be expected from an offer; NULL: they can. Hosts of a
-- marketplace have single machines, and how many of one kind there are is not on record.
create or replace macro why_no_job(n_gpus, gpu_count, max_gpu_count, price_unit, availability, is_marketplace) as case
    when is_sold_out(availability) then why_no_server(1, gpu_count, max_gpu_count, price_unit, availability)
    when is_marketplace and n_gpus > greatest(gpu_count, coalesce(max_gpu_count, 0))
        then concat('a marketplace: a second host with ', gpu_count::integer, ' such GPUs is not on record')
end;
-- The same for n GPUs that train one model: beyond one machine they need a fast network between machines of eight or
-- more. has_fabric: whether the provider states such a network.
create or replace macro why_no_training(
    n_gpus, gpu_count, max_gpu_count, price_unit, availability, is_marketplace, has_fabric
) as
coalesce(
    why_no_job(n_gpus, gpu_count, max_gpu_count, price_unit, availability, is_marketplace),
    case
        when n_gpus <= greatest(gpu_count, coalesce(max_gpu_count, 0)) then null
        when gpu_count = 1 and price_unit like 'gpu_%'
            then concat('priced per GPU: no machine of 8 for a cluster of ', n_gpus::integer, ' is on record')
        when gpu_count < 8 then concat('machines of ', gpu_count::integer, ' are too small for a cluster')
        when not has_fabric then 'no fast network between its machines is on record'
    end
);
-- Whether a provider's description of its network names one that models are trained over.
create or replace macro names_fabric(interconnect) as coalesce(
    regexp_matches(interconnect, 'InfiniBand|RoCE|RDMA|EFA|Clusters'), false
);
