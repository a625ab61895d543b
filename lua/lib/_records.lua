-- The records of a batch. `words` holds them one after the other: of each its offset, its kind and its arguments; `at`
-- is where the arguments of one begin. The records are not turned into tables: that would cost more than folding them.
local SETTINGS = {
  'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency', 'hold_seconds', 'max_hold_seconds'
}
-- How many of them version 1 of the rules knows.
local FIRST_SETTINGS = 6
-- How many arguments each kind has. A settlement and an expiry have as many as they say: see `after`.
local WIDTHS = {
  place = 5, sensed = 2, delta = 2, target = 2, cancel = 2, ['give-up'] = 2, sale = #SETTINGS, rules = 1,
  unreadable = 2, ['wide-place'] = 5, ['wide-sale'] = #SETTINGS, hold = 6, confirm = 5, refund = 5
}
-- Kinds beside `place` that begin with the request that they name.
local NAMES_ONE = {
  cancel = true, ['give-up'] = true, ['wide-place'] = true, hold = true, confirm = true, refund = true
}
-- Arguments of a part of a settlement, and of an expiry.
local PART = 3
local EXPIRED_PART = 2

-- Where the record after this one begins. An expiry has its time before its parts.
local function after(kind, at)
  local width = WIDTHS[kind]
  if width then return at + width end
  if kind == 'expire' then return at + 2 + EXPIRED_PART * tonumber(words[at + 1]) end
  return at + 1 + PART * tonumber(words[at])
end

-- The requests that the records name, each once.
local function namedRequests()
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
    if kind == 'place' or NAMES_ONE[kind] then
      name(words[at])
    elseif kind == 'settle' then
      for part = at + 1, till - 1, PART do name(words[part]) end
    elseif kind == 'expire' then
      for part = at + 2, till - 1, EXPIRED_PART do name(words[part]) end
    end
    at = till
  end
  return named
end

-- The outcomes: a line for each order that a record names.
local answers, answered

local function beginAnswers()
  answers, answered = {}, 0
end

local function answer(text)
  if withoutOutcomes then return end
  answered = answered + 1
  answers[answered] = text
end
