-- Admits requests in order: a request that is neither known nor over its user's limit is claimed. A known request does
-- not count against the limit.
--
-- KEYS     for each request from KEYS[1] on: order_status:<request_id> and ratelimit:<user_id>
--
-- ARGV[1]  most requests of a user in a window
-- ARGV[2]  the window, in milliseconds
-- ARGV[3]  the lease of a claim, in milliseconds; from ARGV[4] on the claim of each request, as JSON
--
-- Returns  { damaged keys, { 'known', value } | { 'claimed', remaining } | { 'limited', milliseconds to wait } ... }
local most, window, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

-- @include _status
-- @include _window

-- A lease that lasts longer than it can was made before this server's clock went back: it begins anew.

local answers = { damagedKeys }
for n = 1, #KEYS / 2 do
  local status, limit, claim = KEYS[n * 2 - 1], KEYS[n * 2], ARGV[3 + n]
  local known = statusAt(status)
  if known then
    if string.find(known, '"lease":', 1, true) and redis.call('PTTL', status) > tonumber(lease) then
      redis.call('SET', status, known, 'PX', lease)
    end
    answers[n + 1] = { 'known', known }
  else
    local remaining, wait = consume(limit)
    if remaining then
      redis.call('SET', status, claim, 'PX', lease)
      answers[n + 1] = { 'claimed', remaining }
    else
      answers[n + 1] = { 'limited', wait }
    end
  end
end
return answers
