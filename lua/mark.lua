-- Writes the mark of a partition where there is none: this store holds the whole fold of the partition.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  epoch
-- ARGV[2]  checkpoint, an offset
--
-- Returns  'marked', or 'moved' where another mark stands there
local mark = KEYS[1]
local epoch, checkpoint = ARGV[1], ARGV[2]

-- @include _mark

if isMarkedAs(mark, epoch) then return 'marked' end
if not isMarkedAs(mark, '') then return 'moved' end
redis.call('HSET', mark, 'epoch', epoch, 'checkpoint', checkpoint)
return 'marked'
