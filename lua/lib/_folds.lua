-- How each kind of record is folded: a fresh record is decided, one that was folded before is only looked up.
local folds = {}

function folds.place(item, offset, at, fresh)
  local request, attempt = words[at], words[at + 3]
  if fresh then
    answer(place(item, offset, request, words[at + 1], words[at + 2], attempt, words[at + 4]))
  else
    answer(lookUp(item, request, attempt, offset))
  end
end

function folds.settle(item, offset, at, fresh)
  local fold = fresh and settle or lookUp
  for part = at + 1, after('settle', at) - 1, PART do
    answer(fold(item, words[part], words[part + 1], offset, words[part + 2]))
  end
end

local function voiding(reason)
  return function(item, offset, at, fresh)
    local fold = fresh and startVoiding or lookUp
    answer(fold(item, words[at], words[at + 1], offset, reason))
  end
end

folds.cancel, folds['give-up'] = voiding('cancelled'), voiding('timeout')

-- A downward change takes at most what is available now, so that nothing that is held or sold is touched.
local function changeStock(item, delta)
  local change = math.max(delta, -item.available)
  item.available = item.available + change
  item.stocked = item.stocked + change
end

function folds.sensed(item, _, at, fresh)
  local seq, delta = tonumber(words[at]), tonumber(words[at + 1])
  if not fresh or seq <= item.seq then return end
  changeStock(item, delta)
  item.seq = seq
  confirmEdit(item, seq, delta)
end

function folds.delta(item, _, at, fresh)
  if fresh and isNewCommand(item, words[at]) then changeStock(item, tonumber(words[at + 1])) end
end

function folds.target(item, _, at, fresh)
  if fresh and isNewCommand(item, words[at]) then changeStock(item, tonumber(words[at + 1]) - item.available) end
end

-- '' leaves a setting as it is, '-' removes it. Version 1 does not know how long holds last.
function folds.sale(item, _, at, fresh)
  if not fresh then return end
  item.saleWasSet = true
  for n = 1, item.rules < CHECKOUT and FIRST_SETTINGS or #SETTINGS do
    local value = words[at + n - 1]
    if value ~= '' then item[SETTINGS[n]] = value == '-' and '' or value end
  end
end

-- Rules only rise.
function folds.rules(item, _, at, fresh)
  if fresh then item.rules = math.max(item.rules, tonumber(words[at])) end
end

function folds.unreadable(_, offset, at, fresh)
  local request, attempt = words[at], words[at + 1]
  if fresh then
    answer(unreadable(request, attempt, offset))
  else
    answer(unreadableBefore(offset) or '0 unknown - ' .. attempt .. ' ' .. offset)
  end
end
