-- The lowest and highest answers over the ends of a request's lengths. Key: row. NULL where an end has no answer.
select
    ends.asked_row as row,
    if(count(*) = count(end_answers.tokens), min(end_answers.tokens), null) as output_tokens_per_s_per_gpu_low,
    if(count(*) = count(end_answers.tokens), max(end_answers.tokens), null) as output_tokens_per_s_per_gpu_high,
    if(count(*) = count(end_answers.ttft_s), min(end_answers.ttft_s), null) as ttft_s_low,
    if(count(*) = count(end_answers.ttft_s), max(end_answers.ttft_s), null) as ttft_s_high,
    if(count(*) = count(end_answers.tpot_s), min(end_answers.tpot_s), null) as tpot_s_low,
    if(count(*) = count(end_answers.tpot_s), max(end_answers.tpot_s), null) as tpot_s_high
from ends
join end_answers on end_answers.row = ends.row
group by ends.asked_row
