-- Moves the checkpoint of a partition forwards: everything below it is known to be folded. Stores the record by which a
-- recovery recognises the log.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  the caller's epoch
-- ARGV[2]  checkpoint, an offset
-- ARGV[3]  offset of the last record taken from the log, '' for none
-- ARGV[4]  its digest
--
-- Returns  'moved' under another mark or one without a checkpoint, else 'marked'
local mark = KEYS[1]
local epoch, checkpoint, seen, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- @include _mark

if not isMarkedAs(mark, epoch) or not isComplete(mark) then return 'moved' end
if tonumber(checkpoint) > tonumber(redis.call('HGET', mark, 'checkpoint')) then
  redis.call('HSET', mark, 'checkpoint', checkpoint)
end
storeSeen(mark, seen, digest)
return 'marked'
