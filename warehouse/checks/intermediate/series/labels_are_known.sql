-- warn: labels that no alias and no instance table resolves; they are kept without a GPU until someone adds them.
select distinct provider, instance, gpu_label
from intermediate.series
where gpu is null
