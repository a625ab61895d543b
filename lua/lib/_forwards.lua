-- Which of two statuses is later: the twin of packages/domain/src/records/StatusRule.ts and OrderStatus.ts. `current`
-- is a status as it is stored, parsed.

-- All other words are of step 3.
local STEP = { PENDING = 0, RESERVED = 1, REFUNDED = 4 }
local CONFIRMED_STEP = 2
-- The words of orders whose units were never held.
local TURNED_AWAY = { PENDING = 1, FAILED_SOLD_OUT = 1, FAILED_LIMIT = 1, FAILED = 1 }

-- Whose status stands, of two orders: 0 of a record that was not understood, 1 of an order that was turned away, 2 of
-- one that held units.
local function standing(current)
  if current.fingerprint == '' then return 0 end
  return current.attempt == 1 and TURNED_AWAY[current.status] or 2
end

-- How much is told within the step: whether a refund is on its way, and the payments that are due back.
local function toldIn(current)
  return (current.refund and 1 or 0) + (type(current.refund_due) == 'table' and #current.refund_due or 0)
end

-- Whether a status of the same order goes forwards. `place` is the offset, persisted under its older word (decision
-- 0023).
local function isForward(current, attempt, offset, step, told)
  if current.lease then return true end
  if attempt ~= current.attempt then return attempt > current.attempt end
  local currentOffset, currentStep = current.place or -1, STEP[current.status] or 3
  if current.status == 'RESERVED' and current.confirmed == true then currentStep = CONFIRMED_STEP end
  if currentStep > 0 and step > 0 and offset ~= currentOffset then return offset > currentOffset end
  if step == currentStep then return told > toldIn(current) end
  return step > currentStep
end
