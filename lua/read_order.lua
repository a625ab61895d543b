-- Reads what an item knows of one request id, at one moment. Changes nothing.
--
-- KEYS[1]  fold:<partition>, the mark
-- KEYS[2]  {inventory:<item>}:meta
-- KEYS[3]  {inventory:<item>}:orders
-- KEYS[4]  {inventory:<item>}:open
-- KEYS[5]  {inventory:<item>}:due
--
-- ARGV[1]  partition
-- ARGV[2]  request id
--
-- Returns  { position, '1' where the partition is marked as wholly folded else '0', order, open, due }: '' for what is
--          absent, else as the keys hold it
local mark, meta, orders, open, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local partition, request = ARGV[1], ARGV[2]

-- @include _mark

return {
  redis.call('HGET', meta, 'pos:' .. partition) or '',
  isComplete(mark) and '1' or '0',
  redis.call('HGET', orders, request) or '',
  redis.call('HGET', open, request) or '',
  redis.call('HGET', due, request) or ''
}
