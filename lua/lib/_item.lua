-- The counts and settings of one item, as its hash :meta holds them.
local COUNTS = {
  'available', 'held', 'sold', 'put', 'seq', 'rules', 'turned', 'commands', 'parked_seq', 'parked', 'aside', 'left'
}
local TEXTS = { 'opens_at', 'closes_at', 'per_user_limit', 'paused', 'price', 'currency', 'target' }
local FIELDS = { unpack(COUNTS) }
for _, field in ipairs(TEXTS) do FIELDS[#FIELDS + 1] = field end

-- Stops the call before anything was written: nothing is made of a state that cannot be right.
local function damaged(detail)
  error({ err = 'DAMAGED ' .. detail })
end

-- Numbers are written out: Lua's own text of a large one is rounded.
local function digits(number)
  return string.format('%.0f', number)
end

local function readItem(meta, partition)
  local found = redis.call('HMGET', meta, 'pos:' .. partition, unpack(FIELDS))
  local item = { position = -1, was = {} }
  for at, field in ipairs(COUNTS) do
    local text = found[at + 1]
    if text and not string.match(text, '^%-?%d+$') then damaged(field .. ' is no number: ' .. text) end
    item[field] = tonumber(text or (field == 'rules' and 1 or 0))
    item.was[field] = text and item[field]
  end
  for at, field in ipairs(TEXTS) do
    local text = found[1 + #COUNTS + at]
    item[field] = text or ''
    item.was[field] = text
  end
  if found[1] then
    item.position = tonumber(found[1]) or damaged('pos:' .. partition .. ' is no number: ' .. found[1])
  end
  item.was.position = found[1] and item.position
  -- Every script that writes the hash leaves `left` in it.
  item.stored = item.was.left and true or false
  return item
end

-- Writes what differs from what was read.
local function writeItem(item, meta, partition)
  local changes = {}
  for _, field in ipairs(COUNTS) do
    if item[field] ~= item.was[field] then
      changes[#changes + 1] = field
      changes[#changes + 1] = digits(item[field])
    end
  end
  for _, field in ipairs(TEXTS) do
    if item[field] ~= (item.was[field] or '') then
      changes[#changes + 1] = field
      changes[#changes + 1] = item[field]
    end
  end
  if item.position >= 0 and item.position ~= item.was.position then
    changes[#changes + 1] = 'pos:' .. partition
    changes[#changes + 1] = digits(item.position)
  end
  if #changes > 0 then redis.call('HSET', meta, unpack(changes)) end
end

-- What a caller sees of the item: a flat list of texts, '' for what is absent.
local function summaryOf(item, marked)
  local announced = marked and item.parked_seq > 0
  local known = item.position >= 0 or item.parked_seq > 0 or item.aside ~= 0 or item.target ~= ''
  return {
    known and '1' or '0', digits(item.available), digits(item.held), digits(item.sold), digits(item.put),
    item.opens_at, item.closes_at, item.per_user_limit, item.paused, item.price, item.currency,
    digits(item.position), marked and '1' or '0',
    announced and digits(item.parked_seq) or '', announced and digits(item.parked) or ''
  }
end
