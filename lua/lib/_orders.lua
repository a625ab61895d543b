-- The orders of the ledger: a line of words each, as :orders holds it, parsed only where an order needs it. The line of
-- an order that began as a hold has two words more: the offset of the confirmation that won, and its reference.
local HELD = '^held %S+ (%d+) (%d+) %d+ %S+ %S+ %S+ %S+$'
local HELD_PREFIX = '^held %S+ (%d+) (%d+) '
local ORDER = '^(%a+) (%S+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%S+)'

-- The line of the order, as it is now; nothing where there is none.
local function textOf(request)
  return ledger.changed[request] or ledger.texts[request]
end

local function orderOf(request)
  local order = ledger.orders[request]
  if order then return order end
  local text = textOf(request)
  if not text then return false end
  local state, user, amount, attempt, offset, capped, price, currency, reason = string.match(text, ORDER .. '$')
  local confirmed, reference
  if not state then
    state, user, amount, attempt, offset, capped, price, currency, reason, confirmed, reference =
      string.match(text, ORDER .. ' (%S+) (%S+)$')
  end
  if not state then damaged('an order in :orders cannot be read: ' .. text) end
  order = {
    state = state, user = user, amount = tonumber(amount), attempt = tonumber(attempt), offset = offset,
    capped = capped, price = price, currency = currency, reason = reason, confirmed = confirmed, reference = reference
  }
  ledger.orders[request] = order
  return order
end

-- Stores the order to be written, and returns its line.
local function changeOrder(request, order)
  local text = order.state .. ' ' .. order.user .. ' ' .. order.amount .. ' ' .. order.attempt .. ' ' .. order.offset ..
    ' ' .. order.capped .. ' ' .. order.price .. ' ' .. order.currency .. ' ' .. order.reason
  if order.confirmed then text = text .. ' ' .. order.confirmed .. ' ' .. order.reference end
  ledger.changed[request] = text
  return text
end

-- Stores a line to be written for the order. Few orders change twice in a batch: then the line is parsed again.
local function replaceOrder(request, text)
  ledger.changed[request], ledger.orders[request] = text, nil
  return text
end

-- The outcome of an order that does not change: '0 <its line>', or '0 <state> <reason> <attempt> <offset>'.
local function lookUp(item, request, attempt, offset)
  local open = item.rules >= CHECKOUT and openOf(request)
  if orderOf(request) then return withKept(item, request, '0 ' .. textOf(request), open) end
  local reason = rejectionOf(item, request)
  local text = (reason and '0 rejected ' .. reason or '0 unknown -') .. ' ' .. attempt .. ' ' .. offset
  return withKept(item, request, text, open)
end

-- The outcome of an order that changed: '1 <its line>'. `open` is what is kept of it from now on, if anything. What is
-- told is what was kept before, or what is new.
local function changed(item, request, order, open)
  local before = item.rules >= CHECKOUT and openOf(request)
  if before or open then keepOpen(request, open) end
  addOrderEvent(request, order.state, order.reason, order.attempt, progressOf(request, order))
  return withKept(item, request, '1 ' .. changeOrder(request, order), before or open)
end

-- Tells how the order stands: of a record that confirms, cancels or refunds it without effect.
local function tellStanding(item, request, attempt)
  if not emitEvents then return end
  local order = orderOf(request)
  if order then
    addOrderEvent(request, order.state, order.reason, order.attempt, progressOf(request, order))
  elseif rejectionOf(item, request) then
    addOrderEvent(request, 'rejected', rejectionOf(item, request), attempt)
  end
end
