-- Ending a hold, by version 1 of the rules: the twin of packages/domain/src/rules/SettleRule.ts, compared with it on
-- random histories. Attempts are texts, as in the records.

local function release(item, request, order, reason)
  item.available = item.available + order.amount
  item.held = item.held - order.amount
  if order.capped ~= '-' then ledger.buyers[order.user] = boughtBy(order.user) - order.amount end
  order.state, order.capped, order.reason = 'released', '-', reason
  return changed(request, order)
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
  return '1 ' .. replaceOrder(request, 'sold' .. string.sub(text, #'held' + 1))
end

local function settle(item, request, attempt, offset, outcome)
  local sold = outcome == 'paid' and sell(item, request, attempt)
  if sold then return sold end
  local order = orderOf(request)
  if order and order.attempt == tonumber(attempt) then
    if order.state == 'held' and outcome == 'declined' then return release(item, request, order, 'declined') end
    if order.state == 'voiding' and outcome == 'voided' then return release(item, request, order, order.reason) end
  end
  return lookUp(item, request, attempt, offset)
end

local function startVoiding(item, request, attempt, offset, reason)
  local order = orderOf(request)
  if order and order.state == 'held' and order.attempt == tonumber(attempt) then
    order.state, order.reason = 'voiding', reason
    return changed(request, order)
  end
  return lookUp(item, request, attempt, offset)
end
