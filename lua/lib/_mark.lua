-- Whether the partition's mark is the one that the caller knows; '' stands for none. A caller that knows another must
-- do nothing: the store was emptied, replaced or restored since.
local function isMarkedAs(mark, epoch)
  return (redis.call('HGET', mark, 'epoch') or '') == epoch
end
