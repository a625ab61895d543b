-- The records of a batch. `words` holds them one after the other: of each its offset, its kind and its arguments; `at`
-- is where the arguments of one begin. The records are not turned into tables: that would cost more than folding them.
local SETTINGS = { 'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency' }
-- How many arguments each kind has. A settlement has as many as it says, three for each of its parts.
local WIDTHS = {
  place = 5, sensed = 2, delta = 2, target = 2, cancel = 2, ['give-up'] = 2, sale = #SETTINGS, rules = 1, unreadable = 2
}
local PART = 3

-- Where the record after this one begins.
local function after(kind, at)
  return at + (WIDTHS[kind] or 1 + PART * tonumber(words[at]))
end

-- The requests that the records name, each once.
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

-- The outcomes: a line for each order that a record names.
local answers, answered = {}, 0

local function answer(text)
  if isSilent then return end
  answered = answered + 1
  answers[answered] = text
end
