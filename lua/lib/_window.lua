-- Counts one request of a user: of `most` in a `window` of milliseconds. Returns how many the user has left; or nil,
-- and how many milliseconds to wait. A window that lasts longer than it can was made before this server's clock went
-- back: it begins anew.
local function consume(key)
  local used = redis.pcall('GET', key)
  local left = redis.call('PTTL', key)
  local counts = type(used) == 'string' and left > 0 and left <= window
  local count = counts and tonumber(used) or 0
  if count >= most then return nil, left > 0 and left or window end
  redis.call('SET', key, count + 1, 'PX', count == 0 and window or left)
  return most - count - 1
end
