-- Reads an item's counts and settings. Where the partition is marked, an external edit of its stock becomes pending;
-- without the mark nothing is written, as the records that explain the edit may still be folded. Removes the mark where
-- the item was there and is gone.
--
-- KEYS[1]  fold:<partition>, the mark
-- KEYS[2]  fold:<partition>:items, the index of the partition's items
-- KEYS[3]  inventory:<item>
-- KEYS[4]  {inventory:<item>}:meta
--
-- ARGV[1]  partition
-- ARGV[2]  item
--
-- Returns  { repaired, summary }: repaired is '' or what was wrong with the inventory key; summary as in _item.lua
local mark, index, inventory, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local partition, name = ARGV[1], ARGV[2]

-- @include _mark
-- @include _item
-- @include _summary
-- @include _edits

local marked = isComplete(mark)
local item = readItem(meta, partition)
if marked and isLost(item, index, name) then
  unmark(mark)
  marked = false
end
detectEdit(item, inventory, marked)
if marked and (item.stored or item.shown) then
  if not item.stored then redis.call('SADD', index, name) end
  writeInventory(item, inventory)
  writeItem(item, meta, partition)
end
return { marked and item.repaired or '', summaryOf(item, marked) }
