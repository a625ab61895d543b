-- The orders of the ledger: a line of words each, as :orders holds it, parsed only where an order needs it.
local HELD = '^held %S+ (%d+) (%d+) %d+ %S+ %S+ %S+ %S+$'
local HELD_PREFIX = '^held %S+ (%d+) (%d+) '
local ORDER = '^(%a+) (%S+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)$'

-- The line of the order, as it is now; nothing where there is none.
local function textOf(request)
  return ledger.changed[request] or ledger.texts[request]
end

local function orderOf(request)
  local order = ledger.orders[request]
  if order then return order end
  local text = textOf(request)
  if not text then return false end
  local state, user, amount, attempt, offset, capped, price, currency, reason = string.match(text, ORDER)
  if not state then damaged('an order in :orders cannot be read: ' .. text) end
  order = {
    state = state, user = user, amount = tonumber(amount), attempt = tonumber(attempt), offset = offset,
    capped = capped, price = price, currency = currency, reason = reason
  }
  ledger.orders[request] = order
  return order
end

-- Stores the order to be written, and returns its line.
local function changeOrder(request, order)
  local text = order.state .. ' ' .. order.user .. ' ' .. order.amount .. ' ' .. order.attempt .. ' ' .. order.offset ..
    ' ' .. order.capped .. ' ' .. order.price .. ' ' .. order.currency .. ' ' .. order.reason
  ledger.changed[request] = text
  return text
end

-- Stores a line to be written for the order. Few orders change twice in a batch: then the line is parsed again.
local function replaceOrder(request, text)
  ledger.changed[request], ledger.orders[request] = text, nil
  return text
end

local function holdOrder(request, user, amount, attempt, offset, capped, price, currency)
  replaceOrder(request, 'held ' .. user .. ' ' .. amount .. ' ' .. attempt .. ' ' .. offset .. ' ' .. capped ..
    ' ' .. price .. ' ' .. currency .. ' -')
end

-- The outcome of an order that does not change: '0 <its line>', or '0 <state> <reason> <attempt> <offset>'.
local function lookUp(item, request, attempt, offset)
  if orderOf(request) then return '0 ' .. textOf(request) end
  local reason = rejectionOf(item, request)
  return (reason and '0 rejected ' .. reason or '0 unknown -') .. ' ' .. attempt .. ' ' .. offset
end

-- The outcome of an order that changed: '1 <its line>'.
local function changed(request, order)
  addOrderEvent(request, order.state, order.reason, order.attempt)
  return '1 ' .. changeOrder(request, order)
end
