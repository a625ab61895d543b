-- Folds a batch of records into an item, exactly once, and moves the item's position in the same step.
-- Twin of packages/domain/src/rules/Fold.ts. Reads and decides first and writes last: an error changes nothing, but that it
-- clears away what is left of an item that was deleted.
--
-- KEYS[1]  fold:<partition>, the mark
-- KEYS[2]  fold:<partition>:items, the index of the partition's items
-- KEYS[3]  inventory:<item>
-- KEYS[4]  {inventory:<item>}:orders
-- KEYS[5]  {inventory:<item>}:meta
-- KEYS[6]  {inventory:<item>}:untold
-- KEYS[7]  {inventory:<item>}:turned
-- KEYS[8]  {inventory:<item>}:buyers
-- KEYS[9]  {inventory:<item>}:commands
-- KEYS[10] {inventory:<item>}:events
--
-- ARGV[1]  epoch that the caller knows, '' for none
-- ARGV[2]  position that the caller believes in, '' for none
-- ARGV[3]  partition
-- ARGV[4]  item
-- ARGV[5]  '1' where the live stream hears of it, '-' where nobody does: then there are no answers
-- ARGV[6]  the offsets that have been told, each with a line feed after it
-- ARGV[7]  the records: a JSON list of texts, of each record its offset, kind and arguments (lua/README.md lists them)
--
-- Returns  { 'moved' } under another mark, or where the item was there and is gone
--          { 'behind', position } where the position is before the one believed in
--          { 'stopped', detail } where going on would break the item
--          { 'folded', mended, summary, fresh, answers }: mended is '' or what was wrong with the inventory key; summary
--          as in _item.lua; fresh has a 1 or 0 for each record; answers has a line for each order that a record names
local RULES_VERSION = 1
local mark, index, inventory, meta, events = KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[10]
local keys = { orders = KEYS[4], untold = KEYS[6], turned = KEYS[7], buyers = KEYS[8], commands = KEYS[9] }
local epoch, expected, partition, name = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local tell, isSilent = ARGV[5] == '1', ARGV[5] == '-'
local words = cjson.decode(ARGV[7])
local told, isTold = {}, {}

-- @include _mark
-- @include _item
-- @include _hand
-- @include _ledger
-- @include _event
-- @include _decide
-- @include _records
-- @include _write

if not isMarkedAs(mark, epoch) then return { 'moved' } end
local marked = isWhole(mark)
local item = readItem(meta, partition)
if marked and not item.stored and redis.call('SISMEMBER', index, name) == 1 then
  unmark(mark)
  return { 'moved' }
end
if expected ~= '' and item.position < tonumber(expected) then return { 'behind', digits(item.position) } end
-- What is left of an item whose counts are gone would be taken for counted.
if not item.stored then
  redis.call('DEL', keys.orders, keys.untold, keys.turned, keys.buyers, keys.commands)
end
sense(item, inventory, marked)

for offset in string.gmatch(ARGV[6], '(%d+)\n') do
  told[#told + 1] = offset
  isTold[offset] = true
end

prefetch(item, namedBy(words))
local fresh, count, at = {}, 0, 1
while words[at] do
  local offset, kind = words[at], words[at + 1]
  local number = tonumber(offset)
  local isFresh = number > item.position
  if isFresh and item.rules > RULES_VERSION then
    return { 'stopped', 'rules of version ' .. digits(item.rules) .. ' are not known here' }
  end
  folds[kind](item, offset, at + 2, isFresh)
  if isFresh then
    local available, held, sold = item.available, item.held, item.sold
    if available < 0 or held < 0 or sold < 0 or item.put ~= available + held + sold then
      return { 'stopped', 'broken balance at offset ' .. offset }
    end
    item.position = number
    isTold[offset] = nil
  end
  count = count + 1
  fresh[count] = isFresh and '1' or '0'
  at = after(kind, at + 2)
end
if marked then announce(item) end

-- These are written without having been read: one of a wrong type must stop the call now.
if #told > 0 or next(ledger.untold) then redis.call('HLEN', keys.untold) end
if next(ledger.rejected) then redis.call('ZCARD', keys.turned) end
if not item.was.position then redis.call('SCARD', index) end
if isEvent(item) then redis.call('XLEN', events) end

writeLedger(item, told)
show(item, inventory)
if isEvent(item) then writeEvent(item, events) end
if not item.was.position then redis.call('SADD', index, name) end
writeItem(item, meta, partition)
return { 'folded', item.mended, summaryOf(item, marked), table.concat(fresh), table.concat(answers, '\n') }
