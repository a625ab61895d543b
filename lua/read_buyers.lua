-- Reads what items know of buyers and of their orders, all at one moment. Changes nothing. An item says nothing where
-- its partition is not marked, an external edit of its stock is pending, or one of its keys is damaged.
--
-- KEYS     for each item, from KEYS[1] on: fold:<partition>, {inventory:<item>}:meta, {inventory:<item>}:buyers,
--          {inventory:<item>}:orders
--
-- ARGV     for each item, from ARGV[1] on: how many orders, then the user of each, then the request id of each
--
-- Returns  for each order, in the order of the arguments: '' where its item says nothing, or
--          '<units of the buyer> <units held of the item> <1 where the order is in the ledger, else 0>'
local KEYS_OF_ITEM = 4
local answers = {}

-- The values of some fields; nil where the key is of another type. Any other error says nothing of the key.
local function valuesOf(key, fields)
  local values = redis.pcall('HMGET', key, unpack(fields))
  if not values.err then return values end
  if not string.find(values.err, 'WRONGTYPE', 1, true) then error(values) end
  return nil
end

-- The units held of the item, as text; nil where nothing may be concluded from the item.
local function heldOf(mark, meta)
  local marked, counts = valuesOf(mark, { 'checkpoint' }), valuesOf(meta, { 'held', 'parked_seq' })
  if not (marked and marked[1] and counts and counts[1]) then return nil end
  if (counts[2] or '0') ~= '0' or not string.match(counts[1], '^%d+$') then return nil end
  return counts[1]
end

local function answerFor(held, units, order)
  if not string.match(units or '0', '^%d+$') then return '' end
  return (units or '0') .. ' ' .. held .. ' ' .. (order and '1' or '0')
end

local at = 1
for n = 1, #KEYS, KEYS_OF_ITEM do
  local mark, meta, buyers, orders = KEYS[n], KEYS[n + 1], KEYS[n + 2], KEYS[n + 3]
  local count = tonumber(ARGV[at])
  local users = { unpack(ARGV, at + 1, at + count) }
  local requests = { unpack(ARGV, at + count + 1, at + 2 * count) }
  at = at + 1 + 2 * count
  local held = heldOf(mark, meta)
  local units = held and valuesOf(buyers, users)
  local known = units and valuesOf(orders, requests)
  for order = 1, count do
    answers[#answers + 1] = known and answerFor(held, units[order], known[order]) or ''
  end
end
return answers
