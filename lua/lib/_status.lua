-- What is kept under an order_status key. A value of another type is no status: it is reported, and given way to.
local damagedKeys = {}

local function statusAt(key)
  local value = redis.pcall('GET', key)
  if type(value) ~= 'table' then return value end
  damagedKeys[#damagedKeys + 1] = key
  return false
end
