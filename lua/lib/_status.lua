-- What is kept under an order_status key. A value of another type is no status: it is reported, and given way to. Any
-- other error, as of a user that may not read, says nothing of the key.
local damagedKeys = {}

local function statusAt(key)
  local value = redis.pcall('GET', key)
  if type(value) ~= 'table' then return value end
  if not string.find(value.err, 'WRONGTYPE', 1, true) then error(value) end
  damagedKeys[#damagedKeys + 1] = key
  return false
end
