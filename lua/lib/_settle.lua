-- Ending what was paid for: the twin of packages/domain/src/rules/SettleRule.ts and Ledger.ts, compared with them on
-- random histories. Attempts are texts, as in the records.

-- Units that were held are available again.
local function release(item, request, order, reason)
  item.available = item.available + order.amount
  item.held = item.held - order.amount
  if order.capped ~= '-' then ledger.buyers[order.user] = boughtBy(order.user) - order.amount end
  order.state, order.capped, order.reason = 'released', '-', reason
  return changed(item, request, order)
end

-- Units that were sold are on sale again, or out of the books, as the order's reason says.
local function giveBack(item, request, order)
  item.sold = item.sold - order.amount
  if order.reason == 'restocked' then
    item.available = item.available + order.amount
  else
    item.stocked = item.stocked - order.amount
  end
  if order.capped ~= '-' then ledger.buyers[order.user] = boughtBy(order.user) - order.amount end
  order.state, order.capped = 'refunded', '-'
  return changed(item, request, order)
end

-- Units that were held are sold.
local function sellOrder(item, request, order)
  item.held = item.held - order.amount
  item.sold = item.sold + order.amount
  order.state = 'sold'
  return changed(item, request, order)
end

-- The usual settlement: paid, of units that are held. Only the state changes, so the line is not parsed. A line that
-- this call has written is matched by its beginning alone.
local function sell(item, request, attempt)
  local own = ledger.changed[request]
  local text = own or ledger.texts[request] or ''
  local amount, current = string.match(text, own and HELD_PREFIX or HELD)
  if not amount or current ~= attempt then return nil end
  item.held = item.held - amount
  item.sold = item.sold + amount
  addOrderEvent(request, 'sold', '-', attempt)
  local answer = '1 ' .. replaceOrder(request, 'sold' .. string.sub(text, #'held' + 1))
  if item.rules < CHECKOUT then return answer end
  local open = openOf(request)
  if open then keepOpen(request, nil) end
  return withKept(item, request, answer, open)
end

local function settle(item, request, attempt, offset, outcome)
  local sold = outcome == 'paid' and sell(item, request, attempt)
  if sold then return sold end
  local order = orderOf(request)
  if order and order.attempt == tonumber(attempt) then
    if order.state == 'held' and outcome == 'paid' then return sellOrder(item, request, order) end
    if order.state == 'held' and outcome == 'declined' then return release(item, request, order, 'declined') end
    if order.state == 'voiding' and outcome == 'voided' then return release(item, request, order, order.reason) end
    if order.state == 'refunding' and outcome == 'voided' then return giveBack(item, request, order) end
  end
  return lookUp(item, request, attempt, offset)
end

-- A hold that is open was never charged: it is released at once where it is cancelled, and cannot time out.
local function startVoiding(item, request, attempt, offset, reason)
  local order = orderOf(request)
  if order and order.attempt == tonumber(attempt) then
    if order.state == 'open' and reason == 'cancelled' then return release(item, request, order, reason) end
    if order.state == 'held' then
      order.state, order.reason = 'voiding', reason
      return changed(item, request, order, item.rules >= CHECKOUT and openOf(request))
    end
  end
  if reason == 'cancelled' then tellStanding(item, request, attempt) end
  return lookUp(item, request, attempt, offset)
end
