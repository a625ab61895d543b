-- Payments that came without an order to be for: the twin of packages/domain/src/rules/checkout/RefundsDue.ts,
-- compared with it on random histories.
local MAX_REFUNDS_DUE = 100
-- States in which an order was sold for a payment.
local SOLD = { sold = 1, refunding = 1, refunded = 1 }

-- Keeps the payment of a confirmation, unless there is none or it is kept already. Returns false, and keeps nothing,
-- where there is no room for it; `isForced` where there has to be.
local function keepDue(request, offset, reference, user, isForced)
  local all, count = dueOf(request) or '', 0
  if reference == '' then return true end
  for known in string.gmatch(all, '%d+ (%S+) %S+') do
    if known == reference then return true end
    count = count + 1
  end
  if count >= MAX_REFUNDS_DUE and not isForced then return false end
  local before, named = all == '' and '' or all .. ' ', user == '' and '*' or user
  kept.due[request] = before .. offset .. ' ' .. reference .. ' ' .. named
  return true
end

-- Whether the payment is due back to this user already.
local function isOwed(request, reference, user)
  for known, named in string.gmatch(dueOf(request) or '', '%d+ (%S+) (%S+)') do
    if known == reference and (named == '*' or named == user) then return true end
  end
  return false
end

-- The outcome of a confirmation that is not the order's: its payment is due, unless the order was sold for it.
local function refuse(item, offset, request, attempt, user, reference)
  local order = orderOf(request)
  local isOwn = order and (user == '' or user == order.user)
  local isSoldFor = isOwn and SOLD[order.state] and order.reference == reference
  if not isSoldFor and not keepDue(request, offset, reference, user) then
    return unreadable(request, attempt == '' and '1' or attempt, offset)
  end
  tellStanding(item, request, attempt == '' and '1' or attempt)
  return lookUp(item, request, attempt == '' and '1' or attempt, offset)
end
