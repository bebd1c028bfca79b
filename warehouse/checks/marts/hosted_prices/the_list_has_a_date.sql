-- warn: the installed version of the package is not in seeds/hosted_packages.csv: nobody can say of which day its
-- prices are.
select distinct package, version
from marts.hosted_prices
where released_on is null
