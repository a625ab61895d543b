-- Folds the records of a batch into the item, in order, by the rules of versions 1 and 2.
local RULES_VERSION = 2

local function isBalanced(item)
  local available, held, sold = item.available, item.held, item.sold
  return available >= 0 and held >= 0 and sold >= 0 and item.stocked == available + held + sold
end

-- Returns '1' for each record that was fresh and '0' for each other as one text; or nil, and why the item stops.
local function foldAll(item)
  local fresh, count, at = {}, 0, 1
  while words[at] do
    local offset, kind = words[at], words[at + 1]
    local number = tonumber(offset)
    local isFresh = number > item.position
    if isFresh and item.rules > RULES_VERSION then
      return nil, 'rules of version ' .. digits(item.rules) .. ' are not known here'
    end
    if not folds[kind] then addCheckoutFolds() end
    folds[kind](item, offset, at + 2, isFresh)
    if isFresh then
      if not isBalanced(item) then return nil, 'broken balance at offset ' .. offset end
      item.position = number
      isPublished[offset] = nil
    end
    count = count + 1
    fresh[count] = isFresh and '1' or '0'
    at = after(kind, at + 2)
  end
  return table.concat(fresh)
end
