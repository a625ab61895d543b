-- The counts and settings of one item, as its hash :meta holds them.
local COUNTS = {
  'available', 'held', 'sold', 'put', 'seq', 'rules', 'turned', 'commands', 'parked_seq', 'parked', 'aside', 'left'
}
local TEXTS = {
  'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency', 'hold_seconds', 'max_hold_seconds',
  'target', 'refused'
}
local FIELDS = { unpack(COUNTS) }
for _, field in ipairs(TEXTS) do FIELDS[#FIELDS + 1] = field end
-- The members of an item whose fields are persisted under older words; all others are named like their fields.
local MEMBER = {
  put = 'stocked', turned = 'rejected', parked_seq = 'pendingSeq', parked = 'pending', aside = 'deferred',
  left = 'lastWritten'
}
for _, field in ipairs(FIELDS) do MEMBER[field] = MEMBER[field] or field end

-- Stops the batch before anything was written: nothing is derived from a state that cannot be right.
local function damaged(detail)
  error({ err = 'DAMAGED ' .. detail })
end

-- A whole number as text. Lua's own text of a large number is rounded.
local function digits(number)
  return string.format('%.0f', number)
end

-- The item, with the values that were read in `was`, where an absent field is nil. `stored`: whether there is a hash.
local function readItem(meta, partition)
  local found = redis.call('HMGET', meta, 'pos:' .. partition, unpack(FIELDS))
  local item = { position = -1, was = {} }
  for at, field in ipairs(COUNTS) do
    local text, member = found[at + 1], MEMBER[field]
    if text and not string.match(text, '^%-?%d+$') then damaged(field .. ' is no number: ' .. text) end
    item[member] = tonumber(text or (field == 'rules' and 1 or 0))
    item.was[member] = text and item[member]
  end
  for at, field in ipairs(TEXTS) do
    local text = found[1 + #COUNTS + at]
    item[field] = text or ''
    item.was[field] = text
  end
  if not string.match(item.refused, '^[%d ]*$') then damaged('refused is no list of numbers: ' .. item.refused) end
  if found[1] then
    item.position = tonumber(found[1]) or damaged('pos:' .. partition .. ' is no number: ' .. found[1])
  end
  item.was.position = found[1] and item.position
  -- Every script that writes the hash sets this field.
  item.stored = item.was.lastWritten and true or false
  return item
end

-- Writes the fields that differ from what was read.
local function writeItem(item, meta, partition)
  local changes = {}
  local function write(field, value)
    changes[#changes + 1] = field
    changes[#changes + 1] = value
  end
  for _, field in ipairs(COUNTS) do
    local member = MEMBER[field]
    if item[member] ~= item.was[member] then write(field, digits(item[member])) end
  end
  for _, field in ipairs(TEXTS) do
    if item[field] ~= (item.was[field] or '') then write(field, item[field]) end
  end
  local hasMoved = item.position >= 0 and item.position ~= item.was.position
  if hasMoved then write('pos:' .. partition, digits(item.position)) end
  if #changes > 0 then redis.call('HSET', meta, unpack(changes)) end
end
