-- Reads some open orders of an item, at one moment: holds until they are final, and refunds that wait. Changes nothing.
--
-- KEYS[1]  {inventory:<item>}:open
-- KEYS[2]  {inventory:<item>}:orders
--
-- ARGV[1]  where the scan goes on, '0' for its beginning
-- ARGV[2]  about how many to read
--
-- Returns  { where the next scan goes on, request id, what :open holds, the order or '' ... }: '0' is the end
local open, orders = KEYS[1], KEYS[2]
local from, count = ARGV[1], ARGV[2]
-- Lua unpacks no more than about 8000 arguments; a small hash is scanned whole.
local CHUNK = 1000

local scanned = redis.call('HSCAN', open, from, 'COUNT', count)
local entries, requests = scanned[2], {}
for at = 1, #entries, 2 do requests[#requests + 1] = entries[at] end

local found = { scanned[1] }
for first = 1, #requests, CHUNK do
  local till = math.min(#requests, first + CHUNK - 1)
  for at, order in ipairs(redis.call('HMGET', orders, unpack(requests, first, till))) do
    local n = first + at - 1
    found[#found + 1] = requests[n]
    found[#found + 1] = entries[n * 2]
    found[#found + 1] = order or ''
  end
end
return found
