-- The item's live event: the counts after the call, and each order that moved, as buyers are told of it.
local EVENTS_KEPT = 1000
local STATUS_OF = {
  held = 'RESERVED', voiding = 'RESERVED', sold = 'COMPLETED', unreadable = 'FAILED', sold_out = 'FAILED_SOLD_OUT',
  limit = 'FAILED_LIMIT', declined = 'FAILED_PAYMENT', timeout = 'FAILED_PAYMENT', cancelled = 'CANCELLED'
}
local moved = {}

local function announceOrder(request, state, reason, attempt)
  if not tell or request == '' then return end
  moved[#moved + 1] = attempt .. ' ' .. (STATUS_OF[state] or STATUS_OF[reason] or 'FAILED') .. ' ' .. request
end

local function countsMoved(item)
  return item.available ~= (item.was.available or 0) or item.held ~= (item.was.held or 0) or
    item.sold ~= (item.was.sold or 0)
end

local function isEvent(item)
  return tell and (#moved > 0 or countsMoved(item))
end

local function writeEvent(item, events)
  redis.call(
    'XADD', events, 'MAXLEN', '~', EVENTS_KEPT, '*',
    'counts', digits(item.available) .. ' ' .. digits(item.held) .. ' ' .. digits(item.sold),
    'orders', table.concat(moved, '\n')
  )
end
