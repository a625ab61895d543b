-- Takes the folds of items away, and the mark of their partition with them, so that the owner of the partition notices
-- and folds them again from the log's beginning. Changes of stock by hand that are not in the log yet stay.
--
-- KEYS[1] fold:<partition>, the mark
-- KEYS[2] repairs, the stream that records it
-- KEYS[3] fold:<partition>:items, the index of the partition's items; from KEYS[4] on for each item
--         inventory:<item>, {inventory:<item>}:meta, {inventory:<item>}:orders, {inventory:<item>}:untold,
--         {inventory:<item>}:turned, {inventory:<item>}:buyers, {inventory:<item>}:commands
--
-- ARGV[1] epoch that the caller knows, '' for none
-- ARGV[2] partition
-- ARGV[3] where an operator accepted the log as it is: the offset from which it is folded and published, else '';
--         from ARGV[4] on for each item its name, the last sensed adjustment that the log counts, and what was wrong
--
-- Returns 'moved' under another mark, else 'cleared'
local MAX_ADJUSTMENT = 1000000000
local REPAIRS_KEPT = 10000
local PER_ITEM, ITEMS_FROM, NAMES_FROM = 7, 4, 4
local mark, repairs, index = KEYS[1], KEYS[2], KEYS[3]
local epoch, partition, from = ARGV[1], ARGV[2], ARGV[3]

-- @include _mark

if not isMarkedAs(mark, epoch) then return 'moved' end
redis.call('XLEN', repairs)
redis.call('SCARD', index)

local function whole(text)
  return type(text) == 'string' and #text < 16 and string.match(text, '^%-?%d+$') and tonumber(text) or nil
end

local function typeOf(key)
  return redis.call('TYPE', key).ok
end

-- What was changed by hand and no record says yet. Read with care, as something of it is damaged.
local function handMade(inventory, meta, seq)
  local fields = typeOf(meta) == 'hash' and
    redis.call('HMGET', meta, 'left', 'available', 'parked_seq', 'parked', 'aside', 'target') or {}
  local left, available, hand = whole(fields[1]), whole(fields[2]), {}
  -- What was left in the key is unknown: what it shows is the number to come to.
  if not left then return nil end
  hand.seq, hand.parked, hand.aside = whole(fields[3]) or 0, whole(fields[4]) or 0, whole(fields[5]) or 0
  hand.target = whole(fields[6])
  local found = typeOf(inventory) == 'string' and whole(redis.call('GET', inventory)) or left
  local due = hand.target or (available and math.max(0, math.max(0, available + hand.parked) + hand.aside))
  if found ~= left and found ~= due and found >= 0 then
    if hand.target then hand.target = found else hand.aside = hand.aside + found - left end
  end
  if hand.seq == 0 and hand.aside ~= 0 then
    hand.parked = math.max(-MAX_ADJUSTMENT, math.min(MAX_ADJUSTMENT, hand.aside))
    hand.aside = hand.aside - hand.parked
    hand.seq = seq + 1
  elseif hand.seq > 0 then
    hand.seq = math.max(hand.seq, seq + 1)
  end
  return hand
end

local function keep(inventory, meta, hand)
  local left = hand.target or math.max(0, math.max(0, hand.parked) + hand.aside)
  local function text(number) return number and string.format('%.0f', number) or '' end
  redis.call('SET', inventory, text(left))
  redis.call('HSET', meta, 'left', text(left), 'parked_seq', text(hand.seq), 'parked', text(hand.parked),
    'aside', text(hand.aside), 'target', text(hand.target))
end

for n = 0, (#KEYS - ITEMS_FROM + 1) / PER_ITEM - 1 do
  local first, names = ITEMS_FROM + n * PER_ITEM, NAMES_FROM + n * 3
  local inventory, meta = KEYS[first], KEYS[first + 1]
  local name, seq, why = ARGV[names], tonumber(ARGV[names + 1]), ARGV[names + 2]
  local hand = handMade(inventory, meta, seq)
  for at = first + 1, first + PER_ITEM - 1 do redis.call('UNLINK', KEYS[at]) end
  local isHandMade = hand and (hand.seq > 0 or hand.target)
  if hand or typeOf(inventory) ~= 'string' then redis.call('UNLINK', inventory) end
  -- An index that names an item of which nothing is there takes the mark away. The fold names it again.
  if isHandMade then keep(inventory, meta, hand) else redis.call('SREM', index, name) end
  redis.call('XADD', repairs, 'MAXLEN', '~', REPAIRS_KEPT, '*', 'item', name, 'partition', partition, 'why', why)
end
redis.call('UNLINK', mark)
-- An older release publishes from `told` on.
if from ~= '' then redis.call('HSET', mark, 'from', from, 'told', from) end
return 'cleared'
