-- The batches of a call, one after the other: each begins with nothing of the one before it, and fails by itself.

local function beginBatch(told)
  beginLedger()
  beginKept()
  beginEvent()
  beginUnreadable(told)
  beginAnswers()
end

-- How Redis up to 7.0 says that a right is denied.
local DENIED = '^ERR The user executing the script can'
-- The codes of errors that are about what a key holds.
local OF_CONTENT = { WRONGTYPE = true, DAMAGED = true, ERR = true }

-- A half-written item has counts that are none, so that whoever reads or folds it again finds it damaged.
local function markHalfWritten(text)
  redis.pcall('HSET', keys.meta, 'available', 'half-written')
  return 'DAMAGED half-written: ' .. text
end

-- What the function returns, or { 'failed', error } where something of its item is wrong. An error that says how the
-- server is (a replica, full, a right that is denied) concerns every item, and ends the call. A bug has no code, and
-- concerns the item in which it shows. Some versions of Redis hand errors on as tables, others as texts.
local function isolated(fold, n)
  isHalfWritten = false
  local isDone, reply = pcall(fold, n)
  if isDone then return reply end
  local text = type(reply) == 'table' and reply.err or tostring(reply)
  local code = string.match(text, '^(%u+) ')
  local told = isHalfWritten and markHalfWritten(text) or code and text or 'ERR ' .. text
  if not code or OF_CONTENT[code] and not string.match(text, DENIED) then return { 'failed', told } end
  error({ err = text })
end
