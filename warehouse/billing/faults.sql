-- The first fault of every line that cannot be counted: file, row, column, reason, value.
with judged as (
    select
        file,
        "row",
        case
            when not regexp_full_match(
                billed_cost, '[-+]?([0-9]{1,12}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'
            )
                or coalesce(abs(bill_amount(billed_cost)) > 1e12, true)
                then bill_fault('BilledCost', 'is no amount below 1,000,000,000,000', billed_cost)
            when not regexp_full_match(
                effective_cost, '[-+]?([0-9]{1,12}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'
            )
                or coalesce(abs(bill_amount(effective_cost)) > 1e12, true)
                then bill_fault('EffectiveCost', 'is no amount below 1,000,000,000,000', effective_cost)
            when list_cost <> '' and (
                not regexp_full_match(
                    list_cost, '[-+]?([0-9]{1,12}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'
                )
                or coalesce(abs(bill_amount(list_cost)) > 1e12, true)
            )
                then bill_fault('ListCost', 'is no amount below 1,000,000,000,000', list_cost)
            when pricing_quantity <> '' and (
                not regexp_full_match(
                    pricing_quantity, '[-+]?([0-9]{1,12}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'
                )
                or coalesce(abs(bill_amount(pricing_quantity)) > 1e12, true)
            )
                then bill_fault('PricingQuantity', 'is no amount below 1,000,000,000,000', pricing_quantity)
            when consumed_quantity <> '' and (
                not regexp_full_match(
                    consumed_quantity, '[-+]?([0-9]{1,18}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?'
                )
            )
                then bill_fault('ConsumedQuantity', 'is no number', consumed_quantity)
            when not regexp_full_match(billing_currency, '[A-Z]{3}')
                then bill_fault('BillingCurrency', 'is no currency code of three capital letters', billing_currency)
            when charge_category not in ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')
                then bill_fault('ChargeCategory', 'is no Usage, Purchase, Tax, Credit or Adjustment', charge_category)
            when pricing_category not in ('', 'Standard', 'Dynamic', 'Committed', 'Other')
                then bill_fault('PricingCategory', 'is none of Standard, Dynamic, Committed, Other', pricing_category)
            when bill_time(charge_period_start) is null
                then bill_fault('ChargePeriodStart', 'is no time like 2026-09-01T00:00:00Z', charge_period_start)
            when bill_time(charge_period_end) is null
                then bill_fault('ChargePeriodEnd', 'is no time like 2026-09-01T00:00:00Z', charge_period_end)
            when bill_time(charge_period_start) not between '2018-01-01' and '2199-12-31'
                then bill_fault('ChargePeriodStart', 'is not between 2018 and 2199', charge_period_start)
            when epoch(bill_time(charge_period_end)) < epoch(bill_time(charge_period_start)) + 1
                then bill_fault('ChargePeriodEnd', 'is not after ChargePeriodStart', charge_period_end)
            when charge_category = 'Usage'
                and epoch(bill_time(charge_period_end)) > epoch(bill_time(charge_period_start)) + 400 * 86400
                then bill_fault('ChargePeriodEnd', 'is more than 400 days after ChargePeriodStart', charge_period_end)
        end as fault
    from bill_text
)
select judged.file, judged."row", judged.fault.at as "column", judged.fault.reason, judged.fault.value
from judged
where judged.fault is not null
order by judged.file, judged."row"
limit 20
