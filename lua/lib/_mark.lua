-- Whether the partition's mark is the one that the caller knows; '' is none. A caller that knows another must
-- do nothing: the store was emptied, replaced or restored since.
local function isMarkedAs(mark, epoch)
  return (redis.call('HGET', mark, 'epoch') or '') == epoch
end

-- The store has lost some of the partition, so that it is not whole any more: it is folded again from the beginning.
local function unmark(mark)
  redis.call('DEL', mark)
end

-- Whether the store holds the partition's whole fold. Until then the mark has an epoch and no checkpoint, so that a
-- recovery notices where the store is emptied under it.
local function isWhole(mark)
  return redis.call('HEXISTS', mark, 'checkpoint') == 1
end

-- Keeps the record that was taken from the log last. A slower worker may still know of an earlier one only.
local function sawRecord(mark, seen, digest)
  if seen == '' or tonumber(seen) <= tonumber(redis.call('HGET', mark, 'seen') or '-1') then return end
  redis.call('HSET', mark, 'seen', seen, 'digest', digest)
end
