"""Says why a filter matches no price: an unknown name, with the nearest ones."""

from __future__ import annotations

from collections.abc import Collection

from pipelines.errors import UsageError
from pipelines.queries.current_prices import in_region
from pipelines.queries.filters import PriceFilter
from scrapers import registry
from warehouse.identity.gpus import models, resolve
from warehouse.identity.nearest import nearest
from warehouse.identity.providers import provider_slug
from warehouse.storage.connection import Connection

_GPUS = 'gpuhour sql "from marts.available_gpus" lists all with a price'
_REGIONS = 'gpuhour sql "from v1.series select distinct provider, region" lists all'


def refuse_unknown(con: Connection, wanted: PriceFilter) -> None:
    """Raise UsageError if the filter has a GPU, provider, region or source that nobody has. Call it for no rows."""
    if wanted.gpu and not resolve(wanted.gpu).model:
        raise UsageError(_unknown("GPU", wanted.gpu, models(), _GPUS))
    slugs = registry.modules().keys() | _values(con, "provider")
    if wanted.provider and provider_slug(wanted.provider) not in slugs:
        raise UsageError(_unknown("provider", wanted.provider, slugs))
    regions = _values(con, "region") | _values(con, "region_id")
    is_place = bool(wanted.region) and not in_region(wanted.region or "")[0].startswith("concat_ws")
    if wanted.region and not is_place and not any(wanted.region.casefold() in name.casefold() for name in regions):
        raise UsageError(_unknown("region", wanted.region, regions, _REGIONS))
    sources = _values(con, "source")
    if wanted.source and wanted.source not in sources:
        raise UsageError(_unknown("source", wanted.source, sources))


def _unknown(what: str, name: str, known: Collection[str], where: str = "") -> str:
    return f"unknown {what} {name!r}{nearest(name, known)}; {where or 'known: ' + ', '.join(sorted(known))}"


def _values(con: Connection, column: str) -> set[str]:
    rows = con.execute(f"select distinct {column} from v1.series where {column} <> ''")  # noqa: S608 -- our own name
    return {value for (value,) in rows.fetchall()}
