-- Names another log in the place of the one that this store is a fold of, once all of that fold is cleared. From then
-- on the store is an empty fold of the other log.
--
-- KEYS[1]  log
-- KEYS[2]  backlog
--          from KEYS[3] on fold:<partition> of each partition of the present log, then fold:<partition>:items of each,
--          then for each item that waits with an external edit the index of its home in the other log
--
-- ARGV[1]  the topic of the present log
-- ARGV[2]  its number of partitions
-- ARGV[3]  the topic of the other log
-- ARGV[4]  its number of partitions; from ARGV[5] on the items that wait with an external edit
--
-- Returns  'other' where the store is a fold of another log than the first, 'folding' where a partition has a mark,
--          else 'replaced'
local MARKS_FROM, NAMES_FROM = 3, 5
local log, backlog = KEYS[1], KEYS[2]
local from, count, to, partitions = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local indexesFrom = MARKS_FROM + tonumber(count)
local homesFrom = indexesFrom + tonumber(count)

local present = redis.call('HMGET', log, 'topic', 'partitions')
if (present[1] or from) ~= from or (present[2] or count) ~= count then return 'other' end
for at = MARKS_FROM, indexesFrom - 1 do
  if redis.call('EXISTS', KEYS[at]) == 1 then return 'folding' end
end

for at = indexesFrom, homesFrom - 1 do redis.call('UNLINK', KEYS[at]) end
for at = homesFrom, #KEYS do redis.call('SADD', KEYS[at], ARGV[NAMES_FROM + at - homesFrom]) end
redis.call('UNLINK', backlog)
redis.call('HSET', log, 'topic', to, 'partitions', partitions)
return 'replaced'
