-- External edits of stock: SET inventory:<item> <number>.
--
-- `lastWritten` is the number that the scripts wrote into the key. A difference between it and the key is an external
-- edit: it is deferred, and becomes pending (under the next sequence number) once no other edit is pending and the
-- partition is marked. A pending edit counts when its record is folded. Where there is no :meta and no mark the number
-- found is a target: the records that explain it may still come.
local MAX_ADJUSTMENT = 1000000000

-- Makes the deferred edits pending, as far as one adjustment reaches.
local function startPending(item)
  if item.pendingSeq > 0 then return end
  if item.target ~= '' then
    item.deferred = tonumber(item.target) - item.available
    item.target = ''
  end
  if item.deferred == 0 then return end
  item.pending = math.max(-MAX_ADJUSTMENT, math.min(MAX_ADJUSTMENT, item.deferred))
  item.pendingSeq = item.seq + 1
  item.deferred = item.deferred - item.pending
end

-- Defers the difference between the key and `lastWritten`. A value that is no number of units goes to item.repaired, or
-- '-' where there is no key.
local function detectEdit(item, inventory, marked)
  local text = redis.call('GET', inventory)
  local found = text and string.match(text, '^%d+$') and #text < 16 and tonumber(text)
  item.shown = text
  item.repaired = ''
  if not text then
    if item.stored then item.repaired = '-' end
  elseif not found or (found ~= item.lastWritten and found > MAX_ADJUSTMENT) then
    item.repaired = '=' .. text
  elseif item.target ~= '' or (not item.stored and not marked) then
    item.target = digits(found)
  else
    item.deferred = item.deferred + found - item.lastWritten
  end
  if marked then startPending(item) end
end

-- The record of an edit was folded. It is the one that is pending under its number or, in a fold from an older state,
-- the one that is still deferred. An edit that is pending under this number with another difference is deferred again.
local function confirmEdit(item, seq, delta)
  if item.pendingSeq > 0 then
    if seq < item.pendingSeq then return end
    if delta ~= item.pending then item.deferred = item.deferred + item.pending end
    item.pendingSeq = 0
    item.pending = 0
  elseif item.deferred == delta then
    item.deferred = 0
  end
end

-- The number that the key is to show: available + pending + deferred, never below 0.
local function setLastWritten(item)
  item.lastWritten = math.max(0, math.max(0, item.available + item.pending) + item.deferred)
  if item.target ~= '' then item.lastWritten = tonumber(item.target) end
end

local function writeInventory(item, inventory)
  setLastWritten(item)
  if item.shown ~= digits(item.lastWritten) then redis.call('SET', inventory, digits(item.lastWritten)) end
end
