-- Holds and refunds, by version 2 of the rules: the twin of packages/domain/src/rules/checkout/CheckoutRule.ts,
-- compared with it on random histories. Attempts and times are texts, as in the records; '' stands for what is absent.
local DEFAULT_HOLD_SECONDS = 600
local MAX_HOLD_SECONDS = 3600
-- The last moment that has a name, in milliseconds.
local LAST_INSTANT = 8640000000000000

-- When a hold expires, by the settings at its place in the log, in milliseconds.
local function dueTime(item, acceptedAt, seconds)
  local asked = tonumber(seconds) or tonumber(item.hold_seconds) or DEFAULT_HOLD_SECONDS
  local most = math.min(tonumber(item.max_hold_seconds) or MAX_HOLD_SECONDS, MAX_HOLD_SECONDS)
  return digits(math.min(LAST_INSTANT, tonumber(acceptedAt) + 1000 * math.min(asked, most)))
end

-- The short outcomes are 'h <price> <currency> <due>' and 'r <reason>'.
local function hold(item, offset, request, user, amount, acceptedAt, seconds, notes)
  if orderOf(request) or rejectionOf(item, request) then return lookUp(item, request, '1', offset) end
  local reason = reasonToReject(item, user, amount, acceptedAt)
  if reason then return rejected(item, request, reason, '1') end
  local due = dueTime(item, acceptedAt, seconds)
  keepOpen(request, due .. notes)
  addOrderEvent(request, 'open', '-', '1', due)
  return withKept(item, request, holdUnits(item, offset, request, user, amount, '1', 'open ', ' - - -') .. ' ' .. due)
end

-- An open hold is charged from now on, or sold where it is paid for. A confirmation that comes too late is the expiry.
local function confirm(item, offset, request, attempt, user, at, reference)
  local order = orderOf(request)
  local isMeant = order and (user == '' or user == order.user) and (attempt == '' or tonumber(attempt) == order.attempt)
  if not isMeant or order.state ~= 'open' then return refuse(item, offset, request, attempt, user, reference) end
  if tonumber(at) >= tonumber(dueTimeOf(request) or 0) then
    keepDue(request, offset, reference, user, true)
    return release(item, request, order, 'expired')
  end
  if isOwed(request, reference, order.user) then
    tellStanding(item, request, order.attempt)
    return lookUp(item, request, order.attempt, offset)
  end
  order.confirmed, order.reference = offset, reference == '' and '-' or reference
  if reference ~= '' then return sellOrder(item, request, order) end
  order.state = 'held'
  return changed(item, request, order, '-' .. string.match(openOf(request), '^%d+(.*)$'))
end

local function expire(item, offset, request, attempt, at)
  local order = orderOf(request)
  local isOver = order and order.state == 'open' and order.attempt == tonumber(attempt) and
    tonumber(at) >= tonumber(dueTimeOf(request) or 0)
  return isOver and release(item, request, order, 'expired') or lookUp(item, request, attempt, offset)
end

-- Begins to give back a sale: a charge of the engine's is voided first. What a person has paid back is done at once.
local function refund(item, offset, request, attempt, restock, isByHand, trace)
  local order = orderOf(request)
  local reason = restock == '1' and 'restocked' or 'written_off'
  local isMeant = order and order.attempt == tonumber(attempt)
  if isMeant and order.state == 'refunding' and isByHand == '1' and order.reason == reason then
    return giveBack(item, request, order)
  end
  if not isMeant or order.state ~= 'sold' then
    tellStanding(item, request, attempt)
    return lookUp(item, request, attempt, offset)
  end
  order.state, order.reason = 'refunding', reason
  if isByHand == '1' or (order.reference or '-') ~= '-' then return giveBack(item, request, order) end
  return changed(item, request, order, '-' .. trace)
end
