-- Moves the checkpoint of a partition forwards: everything below it is known to be folded.
--
-- KEYS[1]  fold:<partition>
--
-- ARGV[1]  epoch that the caller knows
-- ARGV[2]  checkpoint, an offset
--
-- Returns  'moved' under another mark or one that is not whole, else 'marked'
local mark = KEYS[1]
local epoch, checkpoint = ARGV[1], ARGV[2]

-- @include _mark

if not isMarkedAs(mark, epoch) or not isWhole(mark) then return 'moved' end
if tonumber(checkpoint) > tonumber(redis.call('HGET', mark, 'checkpoint')) then
  redis.call('HSET', mark, 'checkpoint', checkpoint)
end
return 'marked'
