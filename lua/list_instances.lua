-- Lists the gateways and processors that have reported lately, by the clock of Redis. Changes nothing.
--
-- KEYS[1]  instances
-- KEYS[2]  instances:reports
--
-- ARGV[1]  how long a report counts, in milliseconds
-- ARGV[2]  the most that are listed
-- ARGV[3]  the longest report, in bytes
--
-- Returns  for each, the latest report first: its id, the age of its report in milliseconds, and the report as JSON
local times, reports = KEYS[1], KEYS[2]
local lives, most, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found = {}

-- Whatever else is there, the next report takes it away.
if redis.call('TYPE', times).ok ~= 'zset' or redis.call('TYPE', reports).ok ~= 'hash' then return found end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local listed = redis.call('ZREVRANGEBYSCORE', times, now, now - lives, 'WITHSCORES', 'LIMIT', 0, most)
for n = 1, #listed, 2 do
  local id, at = listed[n], tonumber(listed[n + 1])
  local length = redis.call('HSTRLEN', reports, id)
  if length > 0 and length <= longest then
    found[#found + 1] = id
    found[#found + 1] = tostring(now - at)
    found[#found + 1] = redis.call('HGET', reports, id)
  end
end
return found
