-- Looks at a few items of a partition for hand-made changes of stock, and parks what it finds. Damaged items are left
-- out: folding or looking at them says so.
--
-- KEYS[1]  fold:<partition>, the mark; from KEYS[2] on for each item
--          inventory:<item> and {inventory:<item>}:meta
--
-- ARGV[1]  epoch that the caller knows
-- ARGV[2]  partition
--
-- Returns  { 'moved' } under another mark, or where one of the items, which stand in the index, is gone
--          { 'detected', { item's number from 1, parked sequence number or '', delta or '', mended } ... }
local mark, items = KEYS[1], (#KEYS - 1) / 2
local epoch, partition = ARGV[1], ARGV[2]

-- @include _mark
-- @include _item
-- @include _hand

if epoch == '' or not isMarkedAs(mark, epoch) then return { 'moved' } end
if not isWhole(mark) then return { 'detected' } end

local function look(inventory, meta)
  local item = readItem(meta, partition)
  if not item.stored then return item end
  sense(item, inventory, true)
  show(item, inventory)
  writeItem(item, meta, partition)
  return item
end

local found = { 'detected' }
for n = 1, items do
  local isWell, item = pcall(look, KEYS[n * 2], KEYS[n * 2 + 1])
  if isWell and not item.stored then
    unmark(mark)
    return { 'moved' }
  end
  if isWell and (item.parked_seq > 0 or item.mended ~= '') then
    local isParked = item.parked_seq > 0
    found[#found + 1] = {
      tostring(n), isParked and digits(item.parked_seq) or '', isParked and digits(item.parked) or '', item.mended
    }
  end
end
return found
