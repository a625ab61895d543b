-- The item's live event: the counts after the call, and the new status of each order that changed.
local EVENTS_KEPT = 1000
local STATUS_OF = {
  held = 'RESERVED', voiding = 'RESERVED', sold = 'COMPLETED', unreadable = 'FAILED', sold_out = 'FAILED_SOLD_OUT',
  limit = 'FAILED_LIMIT', declined = 'FAILED_PAYMENT', timeout = 'FAILED_PAYMENT', cancelled = 'CANCELLED'
}
local changedOrders = {}

local function addOrderEvent(request, state, reason, attempt)
  if not emitEvents or request == '' then return end
  local status = STATUS_OF[state] or STATUS_OF[reason] or 'FAILED'
  changedOrders[#changedOrders + 1] = attempt .. ' ' .. status .. ' ' .. request
end

local function haveCountsChanged(item)
  return item.available ~= (item.was.available or 0) or item.held ~= (item.was.held or 0) or
    item.sold ~= (item.was.sold or 0)
end

local function isEvent(item)
  return emitEvents and (#changedOrders > 0 or haveCountsChanged(item))
end

local function writeEvent(item, events)
  redis.call(
    'XADD', events, 'MAXLEN', '~', EVENTS_KEPT, '*',
    'counts', digits(item.available) .. ' ' .. digits(item.held) .. ' ' .. digits(item.sold),
    'orders', table.concat(changedOrders, '\n')
  )
end
