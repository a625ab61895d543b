-- The orders that ever held units, the rings of ids, the buyers' counts and the answers not yet told: read as they are
-- needed, kept in tables, and written in one piece at the end.
local TURNED_REMEMBERED = 65536
local COMMANDS_REMEMBERED = 1024
-- Arguments of one write: Lua unpacks no more than about 8000. Even, so that pairs stay together.
local WRITE_CHUNK = 1000
-- A score in :turned is n * CODES + the place of the reason in this list, so that one number keeps both.
local CODES = 8
local REASONS = { 'sold_out', 'limit', 'not_open', 'closed', 'paused' }
local CODE_OF = {}
for code, reason in ipairs(REASONS) do CODE_OF[reason] = code end

local ORDER = '^(%a+) (%S+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$'
local ledger = { orders = {}, turned = {}, buyers = {}, commands = {}, untold = {}, changed = {} }

local function textOf(order)
  return table.concat({
    order.state, order.user, order.amount, order.attempt, order.place, order.capped, order.price, order.currency,
    order.reason
  }, ' ')
end

local function orderOf(request)
  local order = ledger.orders[request]
  if order ~= nil then return order end
  local text = redis.call('HGET', keys.orders, request)
  order = false
  if text then
    local state, user, amount, attempt, place, capped, price, currency, reason = string.match(text, ORDER)
    if not state then damaged('an order in :orders cannot be read: ' .. text) end
    order = {
      state = state, user = user, amount = tonumber(amount), attempt = tonumber(attempt), place = place,
      capped = capped, price = price, currency = currency, reason = reason
    }
  end
  ledger.orders[request] = order
  return order
end

-- Keeps the order to be written, and gives its text.
local function changeOrder(request, order)
  local text = textOf(order)
  ledger.orders[request] = order
  ledger.changed[request] = text
  return text
end

-- Why the id was turned away, where it is still remembered.
local function turnedFor(item, request)
  local score = ledger.turned[request]
  if score == nil then
    score = tonumber(redis.call('ZSCORE', keys.turned, request) or false) or false
  end
  if score and math.floor(score / CODES) > item.turned - TURNED_REMEMBERED then return REASONS[score % CODES] end
  return nil
end

local function turnAway(item, request, reason)
  item.turned = item.turned + 1
  ledger.turned[request] = item.turned * CODES + CODE_OF[reason]
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
