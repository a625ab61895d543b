-- Writes everything that a fold changed. Nothing fails once the first of it is written: each key was read before, so
-- its type is right; the user's rights are checked at the start; and that it is full or a replica Redis says before
-- the first write of a script, and never after it. Where one of these does not hold the item is half-written.
local isHalfWritten

local function write(...)
  redis.call(...)
  isHalfWritten = true
end

local function writeAll(command, key, args)
  for from = 1, #args, CHUNK do
    write(command, key, unpack(args, from, math.min(#args, from + CHUNK - 1)))
  end
end

local function pairsOf(values, byValue)
  local args, count = {}, 0
  for name, value in pairs(values) do
    args[count + 1] = byValue and digits(value) or name
    args[count + 2] = byValue and name or value
    count = count + 2
  end
  return args
end

-- Reads each key that is written without having been read: one of a wrong type must stop the batch before any write.
local function checkTypes(item)
  if #published > 0 or next(ledger.unpublished) then redis.call('HLEN', keys.unpublished) end
  if next(ledger.rejected) then redis.call('ZCARD', keys.rejected) end
  if not item.was.position then redis.call('SCARD', keys.index) end
  if isEvent(item) then redis.call('XLEN', keys.events) end
  if next(kept.open) then redis.call('HLEN', keys.open) end
  if next(kept.due) then redis.call('HLEN', keys.due) end
end

local function writeKept()
  local closed, opened = {}, {}
  for request, text in pairs(kept.open) do
    if text then
      opened[request] = text
    elseif kept.openTexts[request] then
      closed[#closed + 1] = request
    end
  end
  writeAll('HDEL', keys.open, closed)
  writeAll('HSET', keys.open, pairsOf(opened))
  writeAll('HSET', keys.due, pairsOf(kept.due))
end

local function writeLedger(item)
  writeAll('HDEL', keys.unpublished, published)
  writeAll('HSET', keys.orders, pairsOf(ledger.changed))
  writeAll('HSET', keys.buyers, pairsOf(ledger.buyers))
  writeAll('HSET', keys.unpublished, pairsOf(ledger.unpublished))
  if next(ledger.rejected) then
    item.refused = table.concat(ledger.refused, ' ')
    writeAll('ZADD', keys.rejected, pairsOf(ledger.rejected, true))
    local forgotten = (item.rejected - REJECTED_REMEMBERED + 1) * CODES
    write('ZREMRANGEBYSCORE', keys.rejected, '-inf', '(' .. digits(forgotten))
  end
  if next(ledger.commands) then
    writeAll('ZADD', keys.commands, pairsOf(ledger.commands, true))
    write('ZREMRANGEBYSCORE', keys.commands, '-inf', digits(item.commands - COMMANDS_REMEMBERED))
  end
  if item.rules >= CHECKOUT then writeKept() end
end

local function writeFolded(item, name, partition)
  checkTypes(item)
  writeLedger(item)
  if isEvent(item) then
    writeEvent(item, keys.events)
    isHalfWritten = true
  end
  if not item.was.position then write('SADD', keys.index, name) end
  setLastWritten(item)
  writeItem(item, keys.meta, partition)
  isHalfWritten = true
  -- Last: a number that was written and is not in :meta would be taken for an external edit.
  writeInventory(item, keys.inventory)
  isHalfWritten = false
end
