-- The records of a batch, each kind with how it is read and how it is folded: what was folded before is only looked up.
-- What could not be understood left no other trace: it is in :untold until it is told.
local SETTINGS = { 'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency' }

local function again(offset, attempt)
  local untold = not isTold[offset] and (ledger.untold[offset] or redis.call('HGET', keys.untold, offset))
  if not untold then return '0 unknown - ' .. attempt .. ' ' .. offset end
  return '0 ' .. string.match(untold, '^%S+ %S+ %S+') .. ' ' .. offset
end

-- Reads the arguments of a record into it. `name` notes the requests of which something may be known.
local reads = {}

function reads.place(record, take, name)
  record.request, record.user, record.amount = name(take()), take(), tonumber(take())
  record.attempt, record.acceptedAt = tonumber(take()), tonumber(take())
end

function reads.settle(record, take, name)
  for part = 1, tonumber(take()) do
    record[part] = { request = name(take()), attempt = tonumber(take()), outcome = take() }
  end
end

function reads.cancel(record, take, name)
  record.request, record.attempt = name(take()), tonumber(take())
end

function reads.unreadable(record, take)
  record.request, record.attempt = take(), tonumber(take())
end

function reads.sensed(record, take)
  record.seq, record.delta = tonumber(take()), tonumber(take())
end

function reads.delta(record, take)
  record.name, record.number = take(), tonumber(take())
end

function reads.sale(record, take)
  for _, field in ipairs(SETTINGS) do record[field] = take() end
end

function reads.rules(record, take)
  record.version = tonumber(take())
end

reads['give-up'], reads.target = reads.cancel, reads.delta

-- The records, in order, and in `named` the requests that they name.
local function readRecords(take)
  local batch = { named = {} }
  local function name(request)
    batch.named[#batch.named + 1] = request
    return request
  end
  for offset in take do
    local record = { offset = offset, kind = take() }
    reads[record.kind](record, take, name)
    batch[#batch + 1] = record
  end
  return batch
end

-- Each adds its answers: one for each order that the record names.
local folds = {}

function folds.place(item, record, fresh, answers)
  local offset, request, attempt = record.offset, record.request, record.attempt
  if fresh then
    answers[#answers + 1] = place(item, offset, request, record.user, record.amount, attempt, record.acceptedAt)
  else
    answers[#answers + 1] = lookUp(item, request, attempt, offset)
  end
end

function folds.settle(item, record, fresh, answers)
  for _, part in ipairs(record) do
    local fold = fresh and settle or lookUp
    answers[#answers + 1] = fold(item, part.request, part.attempt, record.offset, part.outcome)
  end
end

local function voiding(reason)
  return function(item, record, fresh, answers)
    local fold = fresh and startVoiding or lookUp
    answers[#answers + 1] = fold(item, record.request, record.attempt, record.offset, reason)
  end
end

folds.cancel, folds['give-up'] = voiding('cancelled'), voiding('timeout')

function folds.sensed(item, record, fresh)
  if not fresh or record.seq <= item.seq then return end
  move(item, record.delta)
  item.seq = record.seq
  explain(item, record.seq, record.delta)
end

function folds.delta(item, record, fresh)
  if fresh and isNewCommand(item, record.name) then move(item, record.number) end
end

function folds.target(item, record, fresh)
  if fresh and isNewCommand(item, record.name) then move(item, record.number - item.available) end
end

-- '' leaves a setting as it is, '-' takes it away.
function folds.sale(item, record, fresh)
  for _, field in ipairs(SETTINGS) do
    local value = record[field]
    if fresh and value ~= '' then item[field] = value == '-' and '' or value end
  end
end

function folds.rules(item, record, fresh)
  if fresh then item.rules = record.version end
end

function folds.unreadable(_, record, fresh, answers)
  local offset, attempt = record.offset, record.attempt
  answers[#answers + 1] = fresh and unreadable(record.request, attempt, offset) or again(offset, attempt)
end
