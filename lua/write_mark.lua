-- Ends a recovery: the mark gets its checkpoint, which says that this store holds the whole fold of the partition.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  epoch
-- ARGV[2]  checkpoint, an offset
-- ARGV[3]  offset of the last record taken from the log, '' for none
-- ARGV[4]  its digest
--
-- Returns  'marked', or 'moved' where no recovery of this epoch was begun, or its mark is gone
local mark = KEYS[1]
local epoch, checkpoint, seen, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- @include _mark

if epoch == '' or not isMarkedAs(mark, epoch) then return 'moved' end
if not isComplete(mark) then
  redis.call('HSET', mark, 'checkpoint', checkpoint)
  redis.call('HDEL', mark, 'from', 'told')
  storeSeen(mark, seen, digest)
end
return 'marked'
