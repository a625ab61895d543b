-- The rules of an item, version 1: the twin of packages/domain/src/rules/Rules.ts, compared with it on random histories.
-- Orders are changed in these tables only, until everything is written at the end.
-- Amounts and attempts come as the texts that they are in the records: to write a number out costs more than to read it.
-- Each function answers for one order: '<1 where it changed, else 0> <where it stands>', or shorter where it stands as
-- its own record asks: 'h <price> <currency>' and 't <reason>'.
local function lookUp(item, request, attempt, offset)
  if orderOf(request) then return '0 ' .. textOf(request) end
  local reason = rejectionOf(item, request)
  return (reason and '0 rejected ' .. reason or '0 unknown -') .. ' ' .. attempt .. ' ' .. offset
end

local function unreadable(request, attempt, offset)
  ledger.untold[offset] = 'unreadable - ' .. attempt .. ' ' .. request
  announceOrder(request, 'unreadable', '-', attempt)
  return '1 unreadable - ' .. attempt .. ' ' .. offset
end

-- The order stands there from now on.
local function changed(request, order)
  announceOrder(request, order.state, order.reason, order.attempt)
  return '1 ' .. changeOrder(request, order)
end

local function refuse(item, user, amount, acceptedAt)
  if item.paused == '1' then return 'paused' end
  if item.opens_at ~= '' and tonumber(acceptedAt) < tonumber(item.opens_at) then return 'not_open' end
  if item.closes_at ~= '' and tonumber(acceptedAt) >= tonumber(item.closes_at) then return 'closed' end
  if item.per_user_limit ~= '' and boughtBy(user) + amount > tonumber(item.per_user_limit) then return 'limit' end
  if tonumber(amount) > item.available then return 'sold_out' end
  return nil
end

local function hold(item, offset, request, user, amount, attempt)
  local capped = item.per_user_limit ~= ''
  item.available = item.available - amount
  item.held = item.held + amount
  if capped then ledger.buyers[user] = boughtBy(user) + amount end
  announceOrder(request, 'held', '-', attempt)
  local price, currency = item.price ~= '' and item.price or '-', item.currency ~= '' and item.currency or '-'
  holdOrder(request, user, amount, attempt, offset, capped and 'capped' or '-', price, currency)
  return 'h ' .. price .. ' ' .. currency
end

local function place(item, offset, request, user, amount, attempt, acceptedAt)
  local order = orderOf(request)
  local isNextAttempt = order and order.state == 'released' and tonumber(attempt) == order.attempt + 1
  if not isNextAttempt and (order or rejectionOf(item, request)) then return lookUp(item, request, attempt, offset) end
  local refusal = refuse(item, user, amount, acceptedAt)
  if not refusal then return hold(item, offset, request, user, amount, attempt) end
  if order then
    order.attempt, order.place, order.capped, order.reason = tonumber(attempt), offset, '-', refusal
    return changed(request, order)
  end
  reject(item, request, refusal)
  announceOrder(request, 'rejected', refusal, attempt)
  return 't ' .. refusal
end

local function release(item, request, order, reason)
  item.available = item.available + order.amount
  item.held = item.held - order.amount
  if order.capped ~= '-' then ledger.buyers[order.user] = boughtBy(order.user) - order.amount end
  order.state, order.capped, order.reason = 'released', '-', reason
  return changed(request, order)
end

-- What nearly every settlement is: paid, of units that are held. Only the state changes, so the line is not taken apart.
-- One that was written here is not read to its end.
local function sell(item, request, attempt)
  local own = ledger.changed[request]
  local text = own or ledger.texts[request] or ''
  local amount, current = string.match(text, own and HELD_HERE or HELD)
  if not amount or current ~= attempt then return nil end
  item.held = item.held - amount
  item.sold = item.sold + amount
  announceOrder(request, 'sold', '-', attempt)
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

-- A downward change takes at most what is available now, so that nothing that is held or sold is touched.
local function move(item, delta)
  local taken = math.max(delta, -item.available)
  item.available = item.available + taken
  item.put = item.put + taken
end
