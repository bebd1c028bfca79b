-- Series of which this build knows only that their price was seen again: their open interval goes on, nothing else moves.
-- Grain: series_no. last_on: when it was seen. The newest run is what the open interval ends with: it is not in doubt, and
-- neither an announced price nor another name is about.
select h.series_no, h.last_on
from core.heads as h
join state.moved as m using (series_no)
where m.is_only_seen and h.price_status = 'priced' and h.usd_price > 0
    and h.series_no not in (select series_no from core.verdicts where status <> 'released')
    and h.series_no not in (select main_no from core.series where is_announced)
    and h.series_no not in (select series_no from core.series where is_announced)
    and h.series_no not in (select unnest([series_no, main_no]) from core.aliases)
    and h.series_no in (select series_no from state.open_intervals where valid_to is null)
