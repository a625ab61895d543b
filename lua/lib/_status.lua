-- The value of an order_status key, false where there is none. A value of another type is no status: its key is
-- reported, and the value is overwritten.
local damagedKeys = {}

local function statusAt(key)
  local value = redis.pcall('GET', key)
  if type(value) ~= 'table' then return value end
  damagedKeys[#damagedKeys + 1] = key
  return false
end
