-- The records of a batch, each kind with how it is folded: what was folded before is only looked up. `words` holds the
-- records one after the other; `at` is where the arguments of one begin. No table is made of them: that would cost more
-- than to fold them.
-- What could not be understood left no other trace: it is in :untold until it is told.
local SETTINGS = { 'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency' }
-- How many arguments each kind has. A settlement has as many as it says, three for each of its parts.
local WIDTHS = {
  place = 5, sensed = 2, delta = 2, target = 2, cancel = 2, ['give-up'] = 2, sale = #SETTINGS, rules = 1, unreadable = 2
}
local PART = 3

local function again(offset, attempt)
  local untold = not isTold[offset] and (ledger.untold[offset] or redis.call('HGET', keys.untold, offset))
  if not untold then return '0 unknown - ' .. attempt .. ' ' .. offset end
  return '0 ' .. string.match(untold, '^%S+ %S+ %S+') .. ' ' .. offset
end

-- Where the record after this one begins.
local function after(kind, at)
  return at + (WIDTHS[kind] or 1 + PART * tonumber(words[at]))
end

-- The requests of which something may be known, each once.
local function namedBy(words)
  local named, count, isNamed, at = {}, 0, {}, 1
  local function name(request)
    if isNamed[request] then return end
    count = count + 1
    named[count], isNamed[request] = request, true
  end
  while words[at] do
    local kind = words[at + 1]
    at = at + 2
    local till = after(kind, at)
    if kind == 'place' or kind == 'cancel' or kind == 'give-up' then
      name(words[at])
    elseif kind == 'settle' then
      for part = at + 1, till - 1, PART do name(words[part]) end
    end
    at = till
  end
  return named
end

-- What is answered: a line for each order that a record names.
local answers, answered = {}, 0

local function answer(text)
  if isSilent then return end
  answered = answered + 1
  answers[answered] = text
end

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

function folds.sensed(item, _, at, fresh)
  local seq, delta = tonumber(words[at]), tonumber(words[at + 1])
  if not fresh or seq <= item.seq then return end
  move(item, delta)
  item.seq = seq
  explain(item, seq, delta)
end

function folds.delta(item, _, at, fresh)
  if fresh and isNewCommand(item, words[at]) then move(item, tonumber(words[at + 1])) end
end

function folds.target(item, _, at, fresh)
  if fresh and isNewCommand(item, words[at]) then move(item, tonumber(words[at + 1]) - item.available) end
end

-- '' leaves a setting as it is, '-' takes it away.
function folds.sale(item, _, at, fresh)
  for n, field in ipairs(SETTINGS) do
    local value = words[at + n - 1]
    if fresh and value ~= '' then item[field] = value == '-' and '' or value end
  end
end

function folds.rules(item, _, at, fresh)
  if fresh then item.rules = tonumber(words[at]) end
end

function folds.unreadable(_, offset, at, fresh)
  local request, attempt = words[at], words[at + 1]
  answer(fresh and unreadable(request, attempt, offset) or again(offset, attempt))
end
