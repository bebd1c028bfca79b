-- Offers of this landing that prices which no page prints may be derived from: asks of order books, components, meters.
-- To look whether there are any spares an append three long statements. One row per offer; no key.
-- materialized: view
select provider, source
from staging.raw_offers
where source in ('order_book', 'billing_catalog', 'products_api')
