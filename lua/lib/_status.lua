-- The value of an order_status key, false where there is none. A value of another type is no status: its key is
-- reported, and the value is overwritten. Any other error, as of a user without the right to read, says nothing of it.
local damagedKeys = {}

local function statusAt(key)
  local value = redis.pcall('GET', key)
  if type(value) ~= 'table' then return value end
  if not string.find(value.err, 'WRONGTYPE', 1, true) then error(value) end
  damagedKeys[#damagedKeys + 1] = key
  return false
end
