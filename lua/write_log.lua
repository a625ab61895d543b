-- Writes down which log this store is a fold of, where nothing is written down yet.
--
-- KEYS[1]  log
--
-- ARGV[1]  the topic
-- ARGV[2]  its number of partitions
--
-- Returns  the topic and the number that are written down then
local log = KEYS[1]
local topic, partitions = ARGV[1], ARGV[2]

if redis.call('HEXISTS', log, 'topic') == 0 then
  redis.call('HSET', log, 'topic', topic, 'partitions', partitions)
end
return redis.call('HMGET', log, 'topic', 'partitions')
