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

-- '' leaves a setting as it is, '-' removes it.
function folds.sale(item, _, at, fresh)
  for n, field in ipairs(SETTINGS) do
    local value = words[at + n - 1]
    if fresh and value ~= '' then item[field] = value == '-' and '' or value end
  end
end

function folds.rules(item, _, at, fresh)
  if fresh then item.rules = tonumber(words[at]) end
end

-- The outcome of a record that could not be understood is stored only here, until it is published.
local function unreadable(request, attempt, offset)
  ledger.unpublished[offset] = 'unreadable - ' .. attempt .. ' ' .. request
  addOrderEvent(request, 'unreadable', '-', attempt)
  return '1 unreadable - ' .. attempt .. ' ' .. offset
end

local function unreadableBefore(attempt, offset)
  local stored = not isPublished[offset] and
    (ledger.unpublished[offset] or redis.call('HGET', keys.unpublished, offset))
  if not stored then return '0 unknown - ' .. attempt .. ' ' .. offset end
  return '0 ' .. string.match(stored, '^%S+ %S+ %S+') .. ' ' .. offset
end

function folds.unreadable(_, offset, at, fresh)
  local request, attempt = words[at], words[at + 1]
  answer(fresh and unreadable(request, attempt, offset) or unreadableBefore(attempt, offset))
end
