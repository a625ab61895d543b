-- The orders that ever held units, the rings of ids, the buyers' counts and the answers not yet told: read as they are
-- needed, kept in tables, and written in one piece at the end.
local REJECTED_REMEMBERED = 65536
local COMMANDS_REMEMBERED = 1024
-- Arguments of one call: Lua unpacks no more than about 8000. Even, so that pairs stay together.
local CHUNK = 1000
-- A score in :turned is n * CODES + the place of the reason in this list, so that one number keeps both.
local CODES = 8
local REASONS = { 'sold_out', 'limit', 'not_open', 'closed', 'paused' }
local CODE_OF = {}
for code, reason in ipairs(REASONS) do CODE_OF[reason] = code end

local HELD = '^held %S+ (%d+) (%d+) %d+ %S+ %S+ %S+ %S+$'
local HELD_HERE = '^held %S+ (%d+) (%d+) '
local ORDER = '^(%a+) (%S+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$'
local ledger = {
  -- As they were read: a text, or false where there is none.
  texts = {}, scores = {},
  -- As they are now.
  orders = {}, rejected = {}, buyers = {}, commands = {}, untold = {}, changed = {}
}

-- Reads at once what is known of the requests that a batch names: a call for each would cost more than its fold.
local function prefetch(item, named)
  for from = 1, #named, CHUNK do
    local till = math.min(#named, from + CHUNK - 1)
    for at, text in ipairs(redis.call('HMGET', keys.orders, unpack(named, from, till))) do
      ledger.texts[named[from + at - 1]] = text
    end
    -- As long as nobody was turned away the ring is empty.
    if item.turned > 0 then
      local scores = redis.call('ZMSCORE', keys.turned, unpack(named, from, till))
      for at = 1, till - from + 1 do ledger.scores[named[from + at - 1]] = tonumber(scores[at] or nil) end
    end
  end
end

-- The line of the order, as it stands now; nothing where there is none.
local function textOf(request)
  return ledger.changed[request] or ledger.texts[request]
end

local function orderOf(request)
  local order = ledger.orders[request]
  if order then return order end
  local text = textOf(request)
  if not text then return false end
  local state, user, amount, attempt, place, capped, price, currency, reason = string.match(text, ORDER)
  if not state then damaged('an order in :orders cannot be read: ' .. text) end
  order = {
    state = state, user = user, amount = tonumber(amount), attempt = tonumber(attempt), place = place,
    capped = capped, price = price, currency = currency, reason = reason
  }
  ledger.orders[request] = order
  return order
end

-- Keeps the order to be written, and gives its line.
local function changeOrder(request, order)
  local text = order.state .. ' ' .. order.user .. ' ' .. order.amount .. ' ' .. order.attempt .. ' ' .. order.place ..
    ' ' .. order.capped .. ' ' .. order.price .. ' ' .. order.currency .. ' ' .. order.reason
  ledger.changed[request] = text
  return text
end

-- Keeps a line to be written in the place of the order's. Few orders move twice in a batch: then it is taken apart anew.
local function replaceOrder(request, text)
  ledger.changed[request], ledger.orders[request] = text, nil
  return text
end

local function holdOrder(request, user, amount, attempt, place, capped, price, currency)
  replaceOrder(request, 'held ' .. user .. ' ' .. amount .. ' ' .. attempt .. ' ' .. place .. ' ' .. capped ..
    ' ' .. price .. ' ' .. currency .. ' -')
end

-- Why the id was turned away, where it is still remembered.
local function rejectionOf(item, request)
  local score = ledger.rejected[request] or ledger.scores[request]
  if score and math.floor(score / CODES) > item.turned - REJECTED_REMEMBERED then return REASONS[score % CODES] end
  return nil
end

local function reject(item, request, reason)
  item.turned = item.turned + 1
  ledger.rejected[request] = item.turned * CODES + CODE_OF[reason]
end

-- Whether an operator's command is new. Remembers it.
local function isNewCommand(item, name)
  local seen = ledger.commands[name] or tonumber(redis.call('ZSCORE', keys.commands, name) or false)
  if seen and seen > item.commands - COMMANDS_REMEMBERED then return false end
  item.commands = item.commands + 1
  ledger.commands[name] = item.commands
  return true
end

local function boughtBy(user)
  return ledger.buyers[user] or tonumber(redis.call('HGET', keys.buyers, user) or 0)
    or damaged('the count of a buyer is no number')
end
