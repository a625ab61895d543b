-- Writes down how a gateway or a processor is, by the clock of Redis, and takes out those that have not reported for
-- long, and those beyond the bound that reported longest ago.
--
-- KEYS[1]  instances
-- KEYS[2]  instances:reports
--
-- ARGV[1]  its id
-- ARGV[2]  what it says, as JSON
-- ARGV[3]  how long a report counts, in milliseconds
-- ARGV[4]  how many instances are kept
--
-- Returns  how many are kept then
local times, reports = KEYS[1], KEYS[2]
local id, report, lives, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
-- Both keys go where no instance reports any more.
local KEPT_FOR = 12

-- Nothing but this script writes them, and what they hold is told again within a second.
if redis.call('TYPE', times).ok ~= 'zset' then redis.call('UNLINK', times) end
if redis.call('TYPE', reports).ok ~= 'hash' then redis.call('UNLINK', reports) end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', reports, id, report)
redis.call('ZADD', times, now, id)
redis.call('ZREMRANGEBYSCORE', times, '-inf', '(' .. (now - lives))
-- The clock was set back, or the time was forged.
redis.call('ZREMRANGEBYSCORE', times, '(' .. now, '+inf')
redis.call('ZREMRANGEBYRANK', times, 0, -most - 1)

local ids = redis.call('ZRANGE', times, 0, -1)
if redis.call('HLEN', reports) ~= #ids then
  local kept = redis.call('HMGET', reports, unpack(ids))
  redis.call('UNLINK', reports)
  for n = 1, #ids do
    if kept[n] then redis.call('HSET', reports, ids[n], kept[n]) else redis.call('ZREM', times, ids[n]) end
  end
end
redis.call('PEXPIRE', times, lives * KEPT_FOR)
redis.call('PEXPIRE', reports, lives * KEPT_FOR)
return #ids
