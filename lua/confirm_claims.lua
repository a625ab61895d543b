-- Confirms claims whose orders are in the log, where their owner still holds them: the lease is removed.
--
-- KEYS     order_status:<request_id> of each claim, from KEYS[1] on
--
-- ARGV[1]  how long they are kept, in milliseconds; from ARGV[2] on the end of each claim's value, which names its
--          owner
--
-- Returns  the damaged keys
local kept = ARGV[1]

-- @include _status

for n, key in ipairs(KEYS) do
  local value, lease = statusAt(key), ARGV[1 + n]
  if value and string.sub(value, -#lease) == lease then
    redis.call('SET', key, string.sub(value, 1, -#lease - 1) .. '}', 'PX', kept)
  end
end
return damagedKeys
