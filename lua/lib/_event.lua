-- The item's live event: the counts after the batch, and the status of each order that changed, or that a record
-- confirms, cancels or refunds. How it is sold is not in the event: whoever shows that reads the item.
local EVENTS_KEPT = 1000
local STATUS_OF = {
  held = 'RESERVED', voiding = 'RESERVED', sold = 'COMPLETED', unreadable = 'FAILED', sold_out = 'FAILED_SOLD_OUT',
  limit = 'FAILED_LIMIT', declined = 'FAILED_PAYMENT', timeout = 'FAILED_PAYMENT', cancelled = 'CANCELLED',
  open = 'RESERVED', refunding = 'COMPLETED', refunded = 'REFUNDED', expired = 'EXPIRED'
}
local changedOrders

local function beginEvent()
  changedOrders = {}
end

-- How far the order is within its status: when its hold expires, 'confirmed' or 'refund'; nil for most.
local function progressOf(request, order)
  if order.state == 'open' then return dueTimeOf(request) end
  if order.state == 'refunding' then return 'refund' end
  local isReserved = order.state == 'held' or order.state == 'voiding'
  return isReserved and order.confirmed and order.confirmed ~= '-' and 'confirmed' or nil
end

local function addOrderEvent(request, state, reason, attempt, progress)
  if not emitEvents or request == '' then return end
  local status = STATUS_OF[state] or STATUS_OF[reason] or 'FAILED'
  if progress then attempt = attempt .. ':' .. progress end
  changedOrders[#changedOrders + 1] = attempt .. ' ' .. status .. ' ' .. request
end

local function haveCountsChanged(item)
  return item.available ~= (item.was.available or 0) or item.held ~= (item.was.held or 0) or
    item.sold ~= (item.was.sold or 0)
end

local function isEvent(item)
  return emitEvents and (#changedOrders > 0 or item.saleWasSet or haveCountsChanged(item))
end

local function writeEvent(item, events)
  redis.call(
    'XADD', events, 'MAXLEN', '~', EVENTS_KEPT, '*',
    'counts', digits(item.available) .. ' ' .. digits(item.held) .. ' ' .. digits(item.sold),
    'orders', table.concat(changedOrders, '\n')
  )
end
