-- warn: the installed version of the package is not in seeds/hosted_packages.csv, so its prices have no date.
select distinct package, version
from marts.hosted_prices
where released_on is null
