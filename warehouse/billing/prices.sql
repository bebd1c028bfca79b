-- What each part of a line would have cost: `bill_costs`, one row per line and day with the money in USD.
-- List: the price in force that day of the same provider, instance type, region and pricing model; a commitment's list
-- price is the one on demand, as in FOCUS. Equal offer: the cheapest that day with the same GPU, form factor, memory,
-- number of GPUs, continent, pricing model and term, seen within a week, neither sold out nor a lower bound.
create temp macro bill_key(instance) as
    regexp_replace(regexp_replace(lower(trim(instance)), '\s+', '_', 'g'), '^standard_', '');
create temp macro bill_usd(amount, usd_per_unit) as if(
    usd_per_unit = 1, amount, (amount::decimal(38, 12) * usd_per_unit)::decimal(38, 18)
);
-- USD an hour of a machine or of a GPU alone: the price itself where it is that, since the one per GPU-hour is rounded.
create temp macro bill_usd_per_hour(price, currency, price_unit, fee, usd_per_gpu_hour, gpu_count) as case
    when currency = 'USD' and coalesce(fee, 0) = 0 and price_unit = 'instance_hour' then price::decimal(18, 9)
    when currency = 'USD' and coalesce(fee, 0) = 0 and price_unit = 'gpu_hour' and gpu_count >= 1
        then (price::decimal(18, 9) * gpu_count::decimal(18, 9))::decimal(18, 9)
    else (usd_per_gpu_hour::decimal(18, 6) * gpu_count::decimal(18, 9))::decimal(18, 9)
end;
create temp table bill_rated as
with days as (
    select distinct bill_lines.currency, bill_pieces.day from bill_pieces join bill_lines using (line_no)
)
-- The last rate before the day, as for prices: its own is published in the afternoon.
select days.currency, days.day, if(days.currency = 'USD', null, rates.rate_on) as rate_on,
    if(days.currency = 'USD', 1, rates.usd_per_unit)::decimal(18, 9) as usd_per_unit
from days
asof left join marts.exchange_rates as rates on rates.currency = days.currency and days.day > rates.rate_on;
create temp table bill_usage as
with hosts as (
    select provider, resource_id from bill_lines where role = 'host' and resource_id <> '' group by all
)
select
    bill_lines.*,
    bill_pieces.* exclude (line_no, billed_cost, effective_cost, list_cost, hours, gpu_hours),
    bill_pieces.hours as day_hours,
    bill_pieces.gpu_hours as day_gpu_hours,
    if(bill_lines.pricing_model = 'reserved', 'on_demand', bill_lines.pricing_model) as list_model,
    -- A part of a machine is compared as a whole machine only where all its parts are on the bill.
    bill_lines.kind = 'machine' or hosts.resource_id is not null as is_whole,
    coalesce(bill_lines.term_months, getvariable('bill_term'))::integer as term
from bill_pieces
join bill_lines using (line_no)
left join hosts on hosts.provider = bill_lines.provider and hosts.resource_id = bill_lines.resource_id
where bill_lines.role = 'usage' and bill_lines.kind in ('machine', 'gpu_component');
create temp table bill_targets as
select
    provider, instance_key, gpu, gpu_memory_gb, gpu_count, region_id, zone, list_model,
    if(instance_key <> '' and is_whole, 'instance', 'gpu_component') as scope,
    row_number() over () as target_no,
    array_agg(distinct day) as days
from bill_usage
where not_comparable = ''
group by provider, instance_key, gpu, gpu_memory_gb, gpu_count, region_id, zone, list_model, scope;
create temp table bill_target_series as
select targets.target_no, targets.days, series.series_id, series.rank,
    (series.region_id is not distinct from targets.region_id) as is_of_region,
    (coalesce(series.zone, '') = targets.zone) as is_of_zone
from bill_targets as targets
join v1.series
    on
        series.provider = targets.provider
        and series.gpu = targets.gpu
        and series.price_scope = targets.scope
        and series.pricing_model = targets.list_model
where
    not series.is_bound
    and coalesce(series.term_months, 0) = 0
    -- A provider that prints no region has one price for all.
    and (series.region_id = targets.region_id or series.region is null)
    and (
        (targets.scope = 'instance' and bill_key(series.instance) = targets.instance_key
            and series.gpu_count = targets.gpu_count)
        or (targets.scope = 'gpu_component' and coalesce(series.gpu_memory_gb = targets.gpu_memory_gb, true))
    );
create temp table bill_list_days as
select distinct series_id, unnest(days) as day from bill_target_series;
create temp table bill_list_prices as
with prices as (
    select * from v1.prices_of('bill_list_days') where valid_from is not null
)
select
    targets.target_no,
    prices.day,
    prices.series_id as list_series_id,
    prices.usd_per_gpu_hour as list_usd_per_gpu_hour,
    prices.source_url as list_source_url,
    prices.sha256 as list_sha256,
    if(
        bill_targets.scope = 'instance',
        bill_usd_per_hour(
            prices.price, prices.currency, prices.price_unit, 0, prices.usd_per_gpu_hour, bill_targets.gpu_count
        ),
        if(prices.currency = 'USD' and prices.price_unit = 'gpu_hour', prices.price::decimal(18, 9), null)
    ) as list_usd_per_hour
from bill_target_series as targets
join bill_targets on bill_targets.target_no = targets.target_no
join prices on prices.series_id = targets.series_id and list_contains(targets.days, prices.day)
where list_usd_per_hour > 0
qualify row_number() over (
    partition by targets.target_no, prices.day
    order by targets.is_of_region desc, targets.is_of_zone desc, targets.rank, list_usd_per_hour, prices.series_id
) = 1;
create temp table bill_market_days as
select distinct series.series_id, wanted.day
from (select distinct gpu, pricing_model, day from bill_usage) as wanted
join v1.series on series.gpu = wanted.gpu and series.pricing_model = wanted.pricing_model;
create temp table bill_equals as
with prices as (
    select * from v1.prices_of('bill_market_days', max_age := 7) where valid_from is not null
),
offers as (
    select
        prices.day, prices.series_id, prices.usd_per_gpu_hour, prices.source_url, prices.sha256, prices.valid_from,
        prices.price, prices.currency, prices.price_unit,
        series.provider, series.instance, series.gpu, series.form_factor, series.gpu_memory_gb, series.gpu_count,
        series.region, series.continent, series.pricing_model, series.term_months, series.price_scope,
        series.is_bound,
        series.rank = min(series.rank) over (
            partition by series.provider, series.gpu, series.pricing_model, prices.day
        ) as is_preferred
    from prices
    join v1.series on series.series_id = prices.series_id
),
classes as (
    select distinct day, gpu, form_factor, gpu_memory_gb, gpu_count, continent, pricing_model, term
    from bill_usage
)
select
    classes.*,
    offers.series_id as equal_series_id, offers.provider as equal_provider, offers.instance as equal_instance,
    offers.region as equal_region, offers.usd_per_gpu_hour as equal_usd_per_gpu_hour,
    offers.source_url as equal_source_url, offers.sha256 as equal_sha256,
    bill_usd_per_hour(
        offers.price, offers.currency, offers.price_unit, intervals.upfront_price, offers.usd_per_gpu_hour,
        offers.gpu_count
    ) as equal_usd_per_hour,
    exists (
        select 1 from marts.marketplaces
        where marketplaces.provider = offers.provider and offers.instance ilike marketplaces.instance_like
    ) as equal_is_marketplace
from classes
join offers
    on
        offers.day = classes.day
        and offers.gpu = classes.gpu
        and offers.form_factor = classes.form_factor
        and offers.gpu_memory_gb = classes.gpu_memory_gb
        and offers.gpu_count = classes.gpu_count
        and offers.continent = classes.continent
        and offers.pricing_model = classes.pricing_model
join v1.price_intervals as intervals
    on
        intervals.series_id = offers.series_id
        and intervals.valid_from = offers.valid_from
        and (intervals.valid_to is null or intervals.valid_to > intervals.valid_from)
where
    offers.price_scope = 'instance'
    and offers.usd_per_gpu_hour > 0
    and offers.is_preferred
    and not offers.is_bound
    and not is_sold_out(intervals.availability)
    and (classes.pricing_model <> 'reserved' or offers.term_months = classes.term)
qualify row_number() over (
    partition by classes.day, classes.gpu, classes.form_factor, classes.gpu_memory_gb, classes.gpu_count,
        classes.continent, classes.pricing_model, classes.term
    order by offers.usd_per_gpu_hour, offers.provider, offers.series_id
) = 1;
create temp table bill_priced as
select
    line_usage.line_no,
    line_usage.day,
    line_usage.provider,
    line_usage.resource_id,
    line_usage.kind,
    targets.scope,
    list_prices.* exclude (target_no, day),
    equals.equal_series_id, equals.equal_provider, equals.equal_instance, equals.equal_region,
    equals.equal_usd_per_gpu_hour, equals.equal_source_url, equals.equal_sha256, equals.equal_is_marketplace,
    case
        when line_usage.is_per_gpu and targets.scope = 'instance'
            then line_usage.day_gpu_hours::decimal(20, 10) * list_prices.list_usd_per_gpu_hour::decimal(18, 6)
        else line_usage.day_hours::decimal(20, 10) * list_prices.list_usd_per_hour::decimal(18, 9)
    end::decimal(38, 12) as list_usd,
    if(
        line_usage.is_per_gpu,
        line_usage.day_gpu_hours::decimal(20, 10) * equals.equal_usd_per_gpu_hour::decimal(18, 6),
        line_usage.day_hours::decimal(20, 10) * equals.equal_usd_per_hour::decimal(18, 9)
    )::decimal(38, 12) as equal_usd,
    case
        when list_usd is not null then ''
        when line_usage.not_comparable <> '' then line_usage.not_comparable
        when line_usage.pricing_model = 'other' then 'its PricingCategory is Other'
        else concat(
            'no list price of ', if(targets.scope = 'instance', line_usage.instance, line_usage.gpu), ' in ',
            coalesce(line_usage.region_id, 'an unstated region'), ' (', line_usage.list_model, ') on that day'
        )
    end as list_reason,
    case
        when equal_usd is not null then ''
        when not line_usage.is_whole then 'the cores and memory of its machine are on no line of the same resource'
        when line_usage.gpu_count is null then 'the number of GPUs of its machine is not stated'
        when line_usage.continent is null then 'the continent of its region is not known'
        when line_usage.gpu_memory_gb is null then 'the memory of its GPU is not known'
        when line_usage.not_comparable <> '' then line_usage.not_comparable
        when line_usage.pricing_model = 'reserved' and line_usage.term is null
            then 'the term of its commitment is not stated; --term gives it'
        else 'no equal offer on that day'
    end as equal_reason
from bill_usage as line_usage
left join bill_targets as targets
    on
        line_usage.not_comparable = ''
        and targets.provider = line_usage.provider
        and targets.instance_key = line_usage.instance_key
        and targets.gpu = line_usage.gpu
        and targets.gpu_memory_gb is not distinct from line_usage.gpu_memory_gb
        and targets.gpu_count is not distinct from line_usage.gpu_count
        and targets.region_id is not distinct from line_usage.region_id
        and targets.zone = line_usage.zone
        and targets.list_model = line_usage.list_model
        and targets.scope = if(line_usage.instance_key <> '' and line_usage.is_whole, 'instance', 'gpu_component')
left join bill_list_prices as list_prices
    on list_prices.target_no = targets.target_no and list_prices.day = line_usage.day
left join bill_equals as equals
    on
        line_usage.is_whole
        and line_usage.not_comparable = ''
        and equals.day = line_usage.day
        and equals.gpu = line_usage.gpu
        and equals.form_factor = line_usage.form_factor
        and equals.gpu_memory_gb = line_usage.gpu_memory_gb
        and equals.gpu_count = line_usage.gpu_count
        and equals.continent = line_usage.continent
        and equals.pricing_model = line_usage.pricing_model
        and equals.term is not distinct from line_usage.term;
create temp table bill_costs as
with whole as (  -- days on which the GPUs of a resource are compared as a whole machine: its other parts belong to that
    select
        provider,
        resource_id,
        day,
        bool_and(list_usd is not null and scope = 'instance') as has_list,
        bool_and(equal_usd is not null) as has_equal
    from bill_priced
    where kind = 'gpu_component' and resource_id <> ''
    group by provider, resource_id, day
),
joined as (
    select
        lines.* exclude (billed_cost, effective_cost, list_cost, hours, gpu_hours),
        pieces.day,
        strftime(pieces.day, '%Y-%m') as month,
        pieces.billed_cost,
        pieces.effective_cost,
        pieces.list_cost as bill_list_cost,
        pieces.gpu_hours,
        rated.rate_on,
        rated.usd_per_unit,
        case
            when lines.role = 'host' and whole.has_list then 0
            when lines.role = 'usage' then priced.list_usd
        end as list_usd,
        case
            when lines.role = 'host' and whole.has_equal then 0
            when lines.role = 'usage' then priced.equal_usd
        end as equal_usd,
        priced.* exclude (line_no, day, provider, resource_id, kind, scope, list_usd, equal_usd)
    from bill_pieces as pieces
    join bill_lines as lines on lines.line_no = pieces.line_no
    join bill_rated as rated on rated.currency = lines.currency and rated.day = pieces.day
    left join bill_priced as priced on priced.line_no = pieces.line_no and priced.day = pieces.day
    left join whole
        on
            whole.provider = lines.provider
            and whole.resource_id = lines.resource_id
            and whole.day = pieces.day
)
select
    joined.*,
    bill_usd(joined.billed_cost, joined.usd_per_unit) as billed_usd,
    bill_usd(joined.effective_cost, joined.usd_per_unit) as effective_usd,
    bill_usd(joined.bill_list_cost, joined.usd_per_unit) as bill_list_usd
from joined
