-- Begins a recovery: from here on the partition's mark has an epoch, and it disappears where the store is emptied. A
-- second worker joins the recovery that was begun.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  the epoch to set where there is none
--
-- Returns  the epoch of the mark
local mark, epoch = KEYS[1], ARGV[1]

redis.call('HSETNX', mark, 'epoch', epoch)
return redis.call('HGET', mark, 'epoch')
