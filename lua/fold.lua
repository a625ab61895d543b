-- Folds a batch of records into an item, exactly once, and moves the item's position in the same step.
-- Twin of packages/domain/src/rules/Fold.ts. Reads and decides first and writes last, so an error changes nothing, but
-- for one thing: the remains of an item that was deleted are removed first.
--
-- KEYS[1]  fold:<partition>, the mark
-- KEYS[2]  fold:<partition>:items, the index of the partition's items
-- KEYS[3]  inventory:<item>
-- KEYS[4]  {inventory:<item>}:orders
-- KEYS[5]  {inventory:<item>}:meta
-- KEYS[6]  {inventory:<item>}:untold, the unpublished outcomes
-- KEYS[7]  {inventory:<item>}:turned, the rejected ids
-- KEYS[8]  {inventory:<item>}:buyers
-- KEYS[9]  {inventory:<item>}:commands
-- KEYS[10] {inventory:<item>}:events
-- KEYS[11] {inventory:<item>}:open
-- KEYS[12] {inventory:<item>}:due
--
-- ARGV[1]  the caller's epoch, '' for none
-- ARGV[2]  the position that the caller expects, '' for none
-- ARGV[3]  partition
-- ARGV[4]  item
-- ARGV[5]  '1' to emit a live event; '-' to answer no outcomes and emit none; else '0'
-- ARGV[6]  the offsets whose outcomes have been published, each with a line feed after it
-- ARGV[7]  the records: a JSON list of texts, of each record its offset, kind and arguments (see lua/README.md)
--
-- Returns  { 'moved' } under another mark, or where the item was there and is gone
--          { 'behind', position } where the position is before the expected one
--          { 'stopped', detail } where going on would break the item
--          { 'folded', repaired, summary, fresh, answers }: repaired is '' or what was wrong with the inventory key;
--          summary as in _item.lua; fresh has a 1 or 0 for each record; answers has a line for each order that a record
--          names
local mark, index, inventory, meta, events = KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[10]
local keys = {
  orders = KEYS[4], unpublished = KEYS[6], rejected = KEYS[7], buyers = KEYS[8], commands = KEYS[9],
  open = KEYS[11], due = KEYS[12]
}
local epoch, expected, partition, name = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local emitEvents, isSilent = ARGV[5] == '1', ARGV[5] == '-'
local words = cjson.decode(ARGV[7])
local published, isPublished = {}, {}

-- @include _mark
-- @include _item
-- @include _summary
-- @include _edits
-- @include _ledger
-- @include _kept
-- @include _event
-- @include _orders
-- @include _unreadable
-- @include _place
-- @include _settle
-- @include _records
-- @include _folds
-- Called for the first record that needs it: a function that is made and not used costs every call a little.
local function addCheckoutFolds()
-- @include _refundsdue
-- @include _checkout
-- @include _checkoutfolds
end
-- @include _fold
-- @include _write

if not isMarkedAs(mark, epoch) then return { 'moved' } end
local marked = isComplete(mark)
local item = readItem(meta, partition)
if marked and isLost(item, index, name) then
  unmark(mark)
  return { 'moved' }
end
if expected ~= '' and item.position < tonumber(expected) then return { 'behind', digits(item.position) } end
-- The remains of an item whose counts are gone would be taken for counted.
if not item.stored then
  redis.call('DEL', keys.orders, keys.unpublished, keys.rejected, keys.buyers, keys.commands, keys.open, keys.due)
end
detectEdit(item, inventory, marked)
for offset in string.gmatch(ARGV[6], '(%d+)\n') do
  published[#published + 1] = offset
  isPublished[offset] = true
end
prefetchKept(item, prefetch(item, namedBy(words)))
local fresh, problem = foldAll(item)
if problem then return { 'stopped', problem } end
if marked then startPending(item) end
checkTypes(item, index, events)
writeLedger(item)
writeInventory(item, inventory)
if isEvent(item) then writeEvent(item, events) end
if not item.was.position then redis.call('SADD', index, name) end
writeItem(item, meta, partition)
return { 'folded', item.repaired, summaryOf(item, marked), fresh, table.concat(answers, '\n') }
