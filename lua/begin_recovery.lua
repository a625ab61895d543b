-- Begins a recovery: from here on the partition's mark has an epoch, and where the store is emptied it is gone. A
-- second call joins the recovery that was begun.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  epoch for where there is none
--
-- Returns  the epoch of the mark
local mark, epoch = KEYS[1], ARGV[1]

redis.call('HSETNX', mark, 'epoch', epoch)
return redis.call('HGET', mark, 'epoch')
