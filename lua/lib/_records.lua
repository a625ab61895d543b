-- Each kind of record: takes its arguments, and answers for the orders that it names. What was folded before is only
-- looked up; an answer that left no other trace is in :untold until it is told.
local function again(offset, state, attempt)
  local untold = not isTold[offset] and (ledger.untold[offset] or redis.call('HGET', keys.untold, offset))
  if not untold then return table.concat({ '0', state, '-', attempt, offset }, ' ') end
  return '0 ' .. string.match(untold, '^%S+ %S+ %S+') .. ' ' .. offset
end

local records = {}

function records.place(item, offset, fresh)
  local request, user, amount, attempt, acceptedAt = take(), take(), number(), number(), number()
  if fresh then return { place(item, offset, request, user, amount, attempt, acceptedAt) } end
  if orderOf(request) or turnedFor(item, request) then return { lookUp(item, request, attempt, offset) } end
  return { again(offset, 'unknown', attempt) }
end

function records.settle(item, offset, fresh)
  local answers = {}
  for part = 1, number() do
    local request, attempt, outcome = take(), number(), take()
    answers[part] = fresh and settle(item, offset, request, attempt, outcome) or
      lookUp(item, request, attempt, offset)
  end
  return answers
end

local function voiding(reason)
  return function(item, offset, fresh)
    local request, attempt = take(), number()
    if fresh then return { startVoiding(item, offset, request, attempt, reason) } end
    return { lookUp(item, request, attempt, offset) }
  end
end

records.cancel = voiding('cancelled')
records['give-up'] = voiding('timeout')

function records.sensed(item, _, fresh)
  local seq, delta = number(), number()
  if not fresh or seq <= item.seq then return {} end
  move(item, delta)
  item.seq = seq
  explain(item, seq, delta)
  return {}
end

function records.delta(item, _, fresh)
  local name, delta = take(), number()
  if fresh and isNewCommand(item, name) then move(item, delta) end
  return {}
end

function records.target(item, _, fresh)
  local name, target = take(), number()
  if fresh and isNewCommand(item, name) then move(item, target - item.available) end
  return {}
end

-- '' leaves a setting as it is, '-' takes it away.
function records.sale(item, _, fresh)
  for _, field in ipairs({ 'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency' }) do
    local value = take()
    if fresh and value ~= '' then item[field] = value == '-' and '' or value end
  end
  return {}
end

function records.rules(item, _, fresh)
  local version = number()
  if fresh then item.rules = version end
  return {}
end

function records.unreadable(_, offset, fresh)
  local request, attempt = take(), number()
  if fresh then return { without('unreadable', '-', attempt, offset, request) } end
  return { again(offset, 'unknown', attempt) }
end
