-- Detects external edits of stock of a few items of a partition, and makes them pending. Damaged items are skipped:
-- folding or reading them reports the damage.
--
-- KEYS[1]  fold:<partition>, the mark; from KEYS[2] on for each item
--          inventory:<item> and {inventory:<item>}:meta
--
-- ARGV[1]  the caller's epoch
-- ARGV[2]  partition
--
-- Returns  { 'moved' } under another mark, or where one of the items, which are all in the index, is gone
--          { 'detected', { number of the item from 1, pending sequence number or '', delta or '', repaired } ... }
local mark, items = KEYS[1], (#KEYS - 1) / 2
local epoch, partition = ARGV[1], ARGV[2]

-- @include _mark
-- @include _item
-- @include _edits

if epoch == '' or not isMarkedAs(mark, epoch) then return { 'moved' } end
if not isComplete(mark) then return { 'detected' } end

local function detect(inventory, meta)
  local item = readItem(meta, partition)
  if not item.stored then return item end
  detectEdit(item, inventory, true)
  writeInventory(item, inventory)
  writeItem(item, meta, partition)
  return item
end

local found = { 'detected' }
for n = 1, items do
  local isSound, item = pcall(detect, KEYS[n * 2], KEYS[n * 2 + 1])
  if isSound and not item.stored then
    unmark(mark)
    return { 'moved' }
  end
  if isSound and (item.pendingSeq > 0 or item.repaired ~= '') then
    local isPending = item.pendingSeq > 0
    found[#found + 1] = {
      tostring(n), isPending and digits(item.pendingSeq) or '', isPending and digits(item.pending) or '', item.repaired
    }
  end
end
return found
