-- All accepted prices, past and present, as the SKU Price dataset of the draft of FOCUS 1.5 (FOCUS_Spec,
-- specification/datasets/sku_price/dataset.md, commit 0078d79), all 24 columns; columns beginning with x_ are ours. A
-- commitment is a purchase: one row for what is paid at its start, one for what is paid over its term.
-- materialized: view
-- key: ServiceProviderName, SkuPriceId, ContractId, SkuPriceEffectiveStart, PricingCurrency, UnitPriceType
select * exclude (valid_to) from core.focus_prices
