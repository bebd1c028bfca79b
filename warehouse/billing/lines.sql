-- From texts to lines: `bill_charges`, every line with its class; `bill_lines`, those of GPUs or that look so;
-- `bill_pieces`, their parts by day. Classes: gpu (mapped), unmapped (looks like a GPU), other.
create temp macro bill_hours(quantity, unit) as (
    bill_amount(quantity)::decimal(38, 12) * 1000000000000
)::hugeint * case
    when unit in ('h', 'hr', 'hrs', 'hour', 'hours') then 3600
    when unit in ('m', 'min', 'minute', 'minutes') then 60
    when unit in ('s', 'sec', 'second', 'seconds') then 1
    when unit in ('day', 'days') then 86400
    when unit in ('month', 'months', 'mo') then 3600 * hours_per_month()
end // 3600;
-- The unit of time of a quantity: 'Hrs', '1 Hour', 'Instance-Hours', 'GPU Hours' -> 'hrs', 'hour', 'hours', 'hours'.
create temp macro bill_unit(unit) as regexp_extract(
    lower(trim(unit)), '^(1 )?((gpu|instance|vm|virtual machine|machine|node|server)s?[- ]?)?([a-z]+)$', 4
);
create temp table bill_charges as
with places as (
    select said.*, items.*, bill_regions.region, bill_regions.continent
    from bill_said as said
    join bill_words as words
        on
            words.provider_name = said.provider_name
            and words.service_name = said.service_name
            and words.service_category = said.service_category
            and words.stated_instance = said.stated_instance
            and words.stated_count = said.stated_count
            and words.operating_system = said.operating_system
            and words.x_usage_type = said.x_usage_type
            and words.x_operation = said.x_operation
            and words.meter = said.meter
            and words.description = said.description
            and words.machine = said.machine
    join bill_items as items on items.words_no = words.words_no
    join bill_regions
        on
            bill_regions.provider_name = said.provider_name
            and bill_regions.region_id = said.region_id
            and bill_regions.region_name = said.region_name
            and bill_regions.availability_zone = said.availability_zone
),
typed as (
    select
        file,
        "row",
        provider,
        service_name as service,
        kind,
        charge_category,
        charge_class,
        resource_id,
        resource_name,
        sku_id,
        tags,
        extra,
        instance,
        instance_key,
        gpu,
        form_factor,
        gpu_memory_gb,
        gpu_count,
        coalesce(region, nullif(region_id, '')) as region_id,
        continent,
        availability_zone as zone,
        case
            when pricing_category = 'Committed' or (pricing_category = '' and commitment_discount_id <> '')
                then 'reserved'
            when pricing_category = 'Dynamic' or (pricing_category = '' and is_spot) then 'spot'
            when pricing_category = 'Other' then 'other'
            else 'on_demand'
        end as pricing_model,
        try_cast(nullif(x_sku_term, '') as decimal(9, 2)) as term_months,
        commitment_discount_id as commitment_id,
        commitment_discount_type as commitment_type,
        commitment_discount_status as commitment_status,
        is_idle or capacity_reservation_status = 'Unused' as is_idle,
        reason,
        not_comparable,
        bill_time(charge_period_start) as starts_at,
        bill_time(charge_period_end) as ends_at,
        billing_currency as currency,
        bill_amount(billed_cost) as billed_cost,
        bill_amount(effective_cost) as effective_cost,
        bill_amount(nullif(list_cost, '')) as list_cost,
        if(pricing_unit <> '', pricing_unit, consumed_unit) as unit,
        coalesce(
            bill_hours(nullif(pricing_quantity, ''), bill_unit(pricing_unit)),
            bill_hours(nullif(consumed_quantity, ''), bill_unit(consumed_unit))
        )::decimal(38, 0) * 0.000000000001::decimal(13, 12) as hours,
        kind = 'gpu_component'
        or lower(if(bill_unit(pricing_unit) <> '', pricing_unit, consumed_unit)) like '%gpu%' as is_per_gpu
    from places
),
gpu_resources as (
    select distinct provider, resource_id
    from typed
    where kind in ('machine', 'gpu_component') and charge_category = 'Usage' and resource_id <> ''
),
classified as (
    select
        typed.*,
        gpu_resources.resource_id is not null as is_of_gpus,
        case
            when typed.charge_category = 'Tax' then 'tax'
            when typed.charge_category = 'Credit' then 'credit'
            when typed.charge_category = 'Adjustment' then 'adjustment'
            when typed.charge_category = 'Purchase' then 'purchase'
            when typed.commitment_status = 'Unused' then 'unused_commitment'
            when typed.is_idle then 'unused_capacity'
            when typed.kind = 'host_component' then 'host'
            else 'usage'
        end as role
    from typed
    left join gpu_resources
        on gpu_resources.provider = typed.provider and gpu_resources.resource_id = typed.resource_id
)
select
    row_number() over (order by file, "row") as line_no,
    * exclude (reason, is_of_gpus),
    case
        when kind in ('machine', 'gpu_component')
            and role in ('usage', 'unused_commitment', 'unused_capacity')
            and hours is null
            and charge_class <> 'Correction'
            and (effective_cost <> 0 or billed_cost <> 0)
            then 'unmapped'
        when kind in ('machine', 'gpu_component') then 'gpu'
        when kind = 'looks' then 'unmapped'
        when is_of_gpus and (kind = 'host_component' or role in ('tax', 'credit', 'adjustment')) then 'gpu'
        else 'other'
    end as class,
    case
        when class <> 'unmapped' then ''
        when kind = 'looks' then reason
        else concat('its quantity is in ', coalesce(nullif(unit, ''), 'no unit'), ', not in hours')
    end as reason
from classified;
create temp table bill_lines as
with owners as (  -- what has no GPU of its own belongs to the GPUs of its resource
    select
        provider,
        resource_id,
        any_value(gpu order by line_no) as gpu,
        any_value(form_factor order by line_no) as form_factor,
        any_value(gpu_memory_gb order by line_no) as gpu_memory_gb,
        any_value(gpu_count order by line_no) as gpu_count,
        any_value(instance order by line_no) as instance
    from bill_charges
    where class = 'gpu' and gpu is not null and role = 'usage' and resource_id <> ''
    group by provider, resource_id
)
select
    charges.* replace (
        coalesce(charges.gpu, owners.gpu) as gpu,
        if(charges.gpu is null, coalesce(owners.form_factor, ''), charges.form_factor) as form_factor,
        if(charges.gpu is null, owners.gpu_memory_gb, charges.gpu_memory_gb) as gpu_memory_gb,
        if(charges.gpu is null, owners.gpu_count, charges.gpu_count) as gpu_count,
        if(charges.gpu is null and charges.kind <> 'looks', coalesce(owners.instance, ''), charges.instance) as instance
    ),
    case
        when charges.class <> 'gpu' or charges.role not in ('usage', 'unused_commitment', 'unused_capacity') then null
        when charges.is_per_gpu then coalesce(charges.hours, 0)
        else (coalesce(charges.hours, 0) * charges.gpu_count::decimal(18, 10))::decimal(38, 12)
    end as gpu_hours
from bill_charges as charges
left join owners
    on
        charges.class = 'gpu'
        and owners.provider = charges.provider
        and owners.resource_id = charges.resource_id
where charges.class <> 'other';
-- An amount by its share of the time, in whole steps of 1e-12; the last part gets what is left, so that parts sum up.
create temp macro bill_up_to(amount, done, total) as if(
    done = total,
    amount::decimal(38, 18),
    (((amount::decimal(38, 12) * 1000000000000)::hugeint * done // total)::decimal(38, 0)
    * 0.000000000001::decimal(13, 12))::decimal(38, 18)
);
create temp macro bill_part(amount, done_before, done, total) as
    bill_up_to(amount, done, total) - bill_up_to(amount, done_before, total);
create temp table bill_pieces as
with days as (
    select
        line_no,
        unnest(
            if(
                role in ('usage', 'host', 'unused_commitment', 'unused_capacity'),
                range(date_trunc('day', starts_at), ends_at, interval 1 day),
                [date_trunc('day', starts_at)]
            )
        ) as day_begins
    from bill_lines
    where class = 'gpu'
),
bounds as (
    select
        days.line_no,
        (days.day_begins at time zone 'UTC')::date as day,
        (epoch(greatest(days.day_begins, bill_lines.starts_at)) - epoch(bill_lines.starts_at))::bigint as done_before,
        if(
            bill_lines.role in ('usage', 'host', 'unused_commitment', 'unused_capacity'),
            (
                epoch(least(days.day_begins + interval 1 day, bill_lines.ends_at)) - epoch(bill_lines.starts_at)
            )::bigint,
            (epoch(bill_lines.ends_at) - epoch(bill_lines.starts_at))::bigint
        ) as done,
        (epoch(bill_lines.ends_at) - epoch(bill_lines.starts_at))::bigint as total
    from days
    join bill_lines using (line_no)
)
select
    bill_lines.line_no,
    bounds.day,
    bill_part(bill_lines.billed_cost, done_before, done, total) as billed_cost,
    bill_part(bill_lines.effective_cost, done_before, done, total) as effective_cost,
    bill_part(bill_lines.list_cost, done_before, done, total) as list_cost,
    bill_part(coalesce(bill_lines.hours, 0), done_before, done, total) as hours,
    bill_part(bill_lines.gpu_hours, done_before, done, total) as gpu_hours
from bounds
join bill_lines using (line_no);
