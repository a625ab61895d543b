-- Removes the folds of items, and the mark of their partition with them, so that the partition's worker notices and
-- folds them again from the log's beginning. External edits of stock that are not in the log yet stay.
--
-- KEYS[1] fold:<partition>, the mark
-- KEYS[2] repairs, the stream that records it
-- KEYS[3] fold:<partition>:items, the index of the partition's items; from KEYS[4] on for each item
--         inventory:<item>, {inventory:<item>}:meta, {inventory:<item>}:orders, {inventory:<item>}:untold,
--         {inventory:<item>}:turned, {inventory:<item>}:buyers, {inventory:<item>}:commands, {inventory:<item>}:open,
--         {inventory:<item>}:due
--
-- ARGV[1] the caller's epoch, '' for none
-- ARGV[2] partition
-- ARGV[3] where an operator accepted the log as it is: the offset from which it is folded and published, else ''
-- ARGV[4] the end that the log had then: records may be missing before it; else ''; from ARGV[5] on for each item its
--         name, the sequence number of the last external edit that the log has, and what was wrong with the item
--
-- Returns 'moved' under another mark, else 'cleared'
local REPAIRS_KEPT = 10000
local PER_ITEM, ITEMS_FROM, NAMES_FROM = 9, 4, 5
local mark, repairs, index = KEYS[1], KEYS[2], KEYS[3]
local epoch, partition, from, wholeFrom = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- @include _mark
-- @include _keptedits

if not isMarkedAs(mark, epoch) then return 'moved' end
redis.call('XLEN', repairs)
redis.call('SCARD', index)

for n = 0, (#KEYS - ITEMS_FROM + 1) / PER_ITEM - 1 do
  local first, names = ITEMS_FROM + n * PER_ITEM, NAMES_FROM + n * 3
  local inventory, meta = KEYS[first], KEYS[first + 1]
  local name, seq, why = ARGV[names], tonumber(ARGV[names + 1]), ARGV[names + 2]
  local edits = readEdits(inventory, meta, seq)
  for at = first + 1, first + PER_ITEM - 1 do redis.call('UNLINK', KEYS[at]) end
  if edits or typeOf(inventory) ~= 'string' then redis.call('UNLINK', inventory) end
  if edits and (edits.seq > 0 or edits.target) then
    writeEdits(inventory, meta, edits)
  else
    -- An item that is in the index but has no keys would count as lost. The next fold adds it to the index again.
    redis.call('SREM', index, name)
  end
  redis.call('XADD', repairs, 'MAXLEN', '~', REPAIRS_KEPT, '*', 'item', name, 'partition', partition, 'why', why)
end
redis.call('UNLINK', mark)
-- An older release publishes from `told` on.
if from ~= '' then redis.call('HSET', mark, 'from', from, 'told', from) end
if wholeFrom ~= '' then redis.call('HSET', mark, 'whole_from', wholeFrom) end
return 'cleared'
