-- Releases claims whose orders are surely not in the log, where their owner still holds them.
--
-- KEYS     order_status:<request_id> of each claim, from KEYS[1] on
--
-- ARGV     the end of each claim's value, which names its owner, from ARGV[1] on
--
-- Returns  the damaged keys

-- @include _status

for n, key in ipairs(KEYS) do
  local value, lease = statusAt(key), ARGV[n]
  if value and string.sub(value, -#lease) == lease then redis.call('DEL', key) end
end
return damagedKeys
