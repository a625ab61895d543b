-- Moves the checkpoint of a partition forwards: everything below it is known to be folded. And the record by which a
-- recovery recognises the log.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  epoch that the caller knows
-- ARGV[2]  checkpoint, an offset
-- ARGV[3]  offset of the last record taken from the log, '' where none was
-- ARGV[4]  its digest
--
-- Returns  'moved' under another mark or one that is not whole, else 'marked'
local mark = KEYS[1]
local epoch, checkpoint, seen, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- @include _mark

if not isMarkedAs(mark, epoch) or not isWhole(mark) then return 'moved' end
if tonumber(checkpoint) > tonumber(redis.call('HGET', mark, 'checkpoint')) then
  redis.call('HSET', mark, 'checkpoint', checkpoint)
end
sawRecord(mark, seen, digest)
return 'marked'
