-- warn: the installed version of the package is not in seeds/hosted_packages.csv, so its prices have no date.
select distinct source, sha256
from marts.hosted_prices
where list_read_on is null
