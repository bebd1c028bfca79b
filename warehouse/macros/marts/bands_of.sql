-- The band of each asked class: nine in ten measurements lie within band_factor of the model's answer either way. Key:
-- class. classes: name of a relation with class. measured_class: the class whose measurements tell, the nearest of
-- marts.accuracy; is_own: whether it is that very class. Where it is a wider one, the band is wider too.
create or replace macro marts.bands_of(classes) as table
select
    asked.class,
    accuracy.class as measured_class,
    accuracy.class = asked.class as is_own,
    accuracy.band_factor * if(is_own, 1, theta.value) as band_factor
from (select distinct class from query_table(classes)) as asked
join marts.accuracy on asked.class like accuracy.pattern
join marts.theta
    on theta.name = 'unmeasured_band' and theta.version = (select max(version) from marts.theta)
qualify row_number() over (partition by asked.class order by accuracy.width, accuracy.rows desc, accuracy.class) = 1;
