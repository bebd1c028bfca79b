-- warn: the page prints another GPU count than seeds/instance_gpus has for this instance.
select distinct provider, instance, gpu_count, known_count
from intermediate.series
where gpu_count <> known_count
