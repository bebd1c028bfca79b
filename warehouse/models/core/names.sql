-- What a series that was renamed is called now. Grain: series_no (of the one that has the history).
select
    main_no as series_no,
    arg_max(instance, renamed_on) as instance,
    arg_max(zone, renamed_on) as zone,
    max(renamed_on) as renamed_on
from core.aliases
group by main_no
