-- The recovery mark of a partition: whether the store holds its fold, and under which epoch. FLUSHALL removes it, and
-- by that the worker notices (decision 6).

-- Whether the mark has the caller's epoch; '' stands for no mark. A caller with another epoch must change nothing: the
-- store was emptied, replaced or restored since.
local function isMarkedAs(mark, epoch)
  return (redis.call('HGET', mark, 'epoch') or '') == epoch
end

-- Removes the mark where the store has lost some of the partition: it is folded again from the beginning.
local function unmark(mark)
  redis.call('DEL', mark)
end

-- Whether the store holds the partition's whole fold. Until then the mark has an epoch and no checkpoint, so that a
-- recovery notices where the store is emptied while it runs.
local function isComplete(mark)
  return redis.call('HEXISTS', mark, 'checkpoint') == 1
end

-- Whether the index names the item but the item is gone: its keys were deleted.
local function isLost(item, index, name)
  return not item.stored and redis.call('SISMEMBER', index, name) == 1
end

-- Stores the record that was taken from the log last. A slower worker may send an earlier one, which changes nothing.
local function storeSeen(mark, seen, digest)
  if seen == '' or tonumber(seen) <= tonumber(redis.call('HGET', mark, 'seen') or '-1') then return end
  redis.call('HSET', mark, 'seen', seen, 'digest', digest)
end
