-- External edits of stock that survive the removal of an item's fold, as no record explains them yet. They are read
-- with care, as something of the item is damaged, and not by _item.lua, which would stop.
local MAX_ADJUSTMENT = 1000000000

local function whole(text)
  return type(text) == 'string' and #text < 16 and string.match(text, '^%-?%d+$') and tonumber(text) or nil
end

local function typeOf(key)
  return redis.call('TYPE', key).ok
end

-- The edits that the log does not have; `seq` is the last one that it has. Returns nil where it is not known what the
-- scripts last wrote into the key: then its value stays as the target.
local function readEdits(inventory, meta, seq)
  local fields = typeOf(meta) == 'hash' and
    redis.call('HMGET', meta, 'left', 'available', 'parked_seq', 'parked', 'aside', 'target') or {}
  local lastWritten, available, edits = whole(fields[1]), whole(fields[2]), {}
  if not lastWritten then return nil end
  edits.seq, edits.pending, edits.deferred = whole(fields[3]) or 0, whole(fields[4]) or 0, whole(fields[5]) or 0
  edits.target = whole(fields[6])
  local found = typeOf(inventory) == 'string' and whole(redis.call('GET', inventory)) or lastWritten
  local due = edits.target or
    (available and math.max(0, math.max(0, available + edits.pending) + edits.deferred))
  if found ~= lastWritten and found ~= due and found >= 0 then
    if edits.target then edits.target = found else edits.deferred = edits.deferred + found - lastWritten end
  end
  if edits.seq == 0 and edits.deferred ~= 0 then
    edits.pending = math.max(-MAX_ADJUSTMENT, math.min(MAX_ADJUSTMENT, edits.deferred))
    edits.deferred = edits.deferred - edits.pending
    edits.seq = seq + 1
  elseif edits.seq > 0 then
    edits.seq = math.max(edits.seq, seq + 1)
  end
  return edits
end

local function writeEdits(inventory, meta, edits)
  local lastWritten = edits.target or math.max(0, math.max(0, edits.pending) + edits.deferred)
  local function text(number) return number and string.format('%.0f', number) or '' end
  redis.call('SET', inventory, text(lastWritten))
  redis.call('HSET', meta, 'left', text(lastWritten), 'parked_seq', text(edits.seq), 'parked', text(edits.pending),
    'aside', text(edits.deferred), 'target', text(edits.target))
end
