-- Placing an order: the twin of packages/domain/src/rules/PlaceRule.ts, compared with it on random histories. Amounts
-- and attempts are texts, as in the records: formatting a number costs more than parsing it.

-- Why the order cannot hold units, by the first rule that it breaks; nil where it can.
local function reasonToReject(item, user, amount, acceptedAt)
  if item.paused == '1' then return 'paused' end
  if item.opens_at ~= '' and tonumber(acceptedAt) < tonumber(item.opens_at) then return 'not_open' end
  if item.closes_at ~= '' and tonumber(acceptedAt) >= tonumber(item.closes_at) then return 'closed' end
  if item.per_user_limit ~= '' and boughtBy(user) + amount > tonumber(item.per_user_limit) then return 'limit' end
  if tonumber(amount) > item.available then return 'sold_out' end
  return nil
end

-- Holds the units. `state` has a space behind it; `tail` is the reason, '-', and what is behind it in the line.
local function holdUnits(item, offset, request, user, amount, attempt, state, tail)
  local capped = item.per_user_limit ~= ''
  item.available = item.available - amount
  item.held = item.held + amount
  if capped then ledger.buyers[user] = boughtBy(user) + amount end
  local price, currency = item.price ~= '' and item.price or '-', item.currency ~= '' and item.currency or '-'
  replaceOrder(request, state .. user .. ' ' .. amount .. ' ' .. attempt .. ' ' .. offset ..
    (capped and ' capped ' or ' - ') .. price .. ' ' .. currency .. tail)
  return 'h ' .. price .. ' ' .. currency
end

-- Holds the units for a later attempt. It keeps how a hold was confirmed that it was at first.
local function holdAgain(item, offset, request, user, amount, attempt, before)
  local more = before.confirmed and ' ' .. before.confirmed .. ' ' .. before.reference or ''
  local isConfirmed = more ~= '' and before.confirmed ~= '-'
  addOrderEvent(request, 'held', '-', attempt, isConfirmed and 'confirmed' or nil)
  return withKept(item, request, holdUnits(item, offset, request, user, amount, attempt, 'held ', ' -' .. more) .. more)
end

-- The outcome of an order that never held units.
local function rejected(item, request, reason, attempt)
  reject(item, request, reason)
  addOrderEvent(request, 'rejected', reason, attempt)
  return withKept(item, request, 'r ' .. reason)
end

-- The outcome of the order. Where it just held its units or was rejected, everything else is in its record, so the
-- outcome is short: 'h <price> <currency>' or 'r <reason>'.
local function place(item, offset, request, user, amount, attempt, acceptedAt)
  local order = orderOf(request)
  local isNextAttempt = order and order.state == 'released' and tonumber(attempt) == order.attempt + 1
  if not isNextAttempt and (order or rejectionOf(item, request)) then return lookUp(item, request, attempt, offset) end
  local reason = reasonToReject(item, user, amount, acceptedAt)
  if not reason then
    if order then return holdAgain(item, offset, request, user, amount, attempt, order) end
    addOrderEvent(request, 'held', '-', attempt)
    local text = holdUnits(item, offset, request, user, amount, attempt, 'held ', ' -')
    return item.rules < CHECKOUT and text or withKept(item, request, text)
  end
  if order then
    order.attempt, order.offset, order.capped, order.reason = tonumber(attempt), offset, '-', reason
    return changed(item, request, order)
  end
  return rejected(item, request, reason, attempt)
end
