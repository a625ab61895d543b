-- Folds batches of records into items, each exactly once, and moves an item's position in the same step as its counts.
-- Twin of packages/domain/src/rules/Fold.ts. Of each item it reads and decides first and writes last, so an error
-- changes nothing of it, but for one thing: the remains of an item that was deleted are removed first. Should one come
-- between the writes all the same the item is marked as half-written, and stops.
--
-- An item that cannot be folded stops alone: the others of the call are folded as if it were not there. A script does
-- not roll back, so an error of the server ends the call and leaves what was folded before it. Whoever sends all of it
-- again finds that folded.
--
-- KEYS     from KEYS[1] on twelve for each batch:
--          fold:<partition>, the mark; fold:<partition>:items, the index of the partition's items; inventory:<item>;
--          {inventory:<item>}:orders; {inventory:<item>}:meta; {inventory:<item>}:untold, the unpublished outcomes;
--          {inventory:<item>}:turned, the rejected ids; {inventory:<item>}:buyers; {inventory:<item>}:commands;
--          {inventory:<item>}:events; {inventory:<item>}:open; {inventory:<item>}:due
--
-- ARGV     from ARGV[1] on seven for each batch:
--          the caller's epoch, '' for none
--          the position that the caller expects, '' for none
--          partition
--          item
--          '1' to emit a live event; '-' to answer no outcomes and emit none; else '0'
--          the offsets whose outcomes have been published, each with a line feed after it
--          the records: a JSON list of texts, of each record its offset, kind and arguments (see lua/README.md)
--
-- Returns  of each batch, in order:
--          { 'moved' } under another mark, or where the item was there and is gone
--          { 'behind', position } where the position is before the expected one
--          { 'stopped', detail } where going on would break the item
--          { 'failed', error } where something of the item cannot be right
--          { 'folded', repaired, summary, fresh, answers }: repaired is '' or what was wrong with the inventory key;
--          summary as in _item.lua; fresh has a 1 or 0 for each record; answers has a line for each order that a record
--          names
local KEYS_EACH, ARGS_EACH = 12, 7
-- Of the batch that is being folded.
local keys, words, emitEvents, withoutOutcomes

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
-- @include _batch

local function foldBatch(n)
  local mark, index, inventory, orders, meta, untold, turned, buyers, commands, events, open, due =
    unpack(KEYS, (n - 1) * KEYS_EACH + 1, n * KEYS_EACH)
  local epoch, expected, partition, name, mode, told, records = unpack(ARGV, (n - 1) * ARGS_EACH + 1, n * ARGS_EACH)
  if not isMarkedAs(mark, epoch) then return { 'moved' } end
  keys = {
    index = index, inventory = inventory, meta = meta, events = events, orders = orders, unpublished = untold,
    rejected = turned, buyers = buyers, commands = commands, open = open, due = due
  }
  words, emitEvents, withoutOutcomes = cjson.decode(records), mode == '1', mode == '-'
  beginBatch(told)
  local marked, item = isComplete(mark), readItem(meta, partition)
  if marked and isLost(item, index, name) then
    unmark(mark)
    return { 'moved' }
  end
  if expected ~= '' and item.position < tonumber(expected) then return { 'behind', digits(item.position) } end
  -- The remains of an item whose counts are gone would be taken for counted.
  if not item.stored then redis.call('DEL', orders, untold, turned, buyers, commands, open, due) end
  detectEdit(item, inventory, marked)
  local named = namedRequests()
  prefetch(item, named)
  prefetchKept(item, named)
  local fresh, problem = foldAll(item)
  if problem then return { 'stopped', problem } end
  if marked then startPending(item) end
  writeFolded(item, name, partition)
  return { 'folded', item.repaired, summaryOf(item, marked), fresh, table.concat(answers, '\n') }
end

local replies = {}
for n = 1, #KEYS / KEYS_EACH do replies[n] = isolated(foldBatch, n) end
return replies
