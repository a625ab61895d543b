-- The batches of a call, one after the other: each begins with nothing of the one before it, and fails alone.

local function beginBatch()
  published, isPublished = {}, {}
  beginLedger()
  beginKept()
  beginEvent()
  beginUnreadable()
  beginAnswers()
end

local function notePublished(offsets)
  for offset in string.gmatch(offsets, '(%d+)\n') do
    published[#published + 1] = offset
    isPublished[offset] = true
  end
end

-- How Redis up to 7.0 says that a right is denied.
local DENIED = '^ERR The user executing the script can'
-- The codes of errors that are about what a key holds.
local OF_CONTENT = { WRONGTYPE = true, DAMAGED = true, ERR = true }

-- What the function returns, or { 'failed', error } where something of its item is wrong. An error that says how the
-- server is (a replica, full, a right that is denied) concerns every item, and ends the call. A bug has no code, and
-- concerns the item in which it shows. Some versions of Redis hand errors on as tables, others as texts.
local function alone(fold, n)
  local isDone, reply = pcall(fold, n)
  if isDone then return reply end
  local text = type(reply) == 'table' and reply.err or tostring(reply)
  local code = string.match(text, '^(%u+) ')
  if not code then return { 'failed', 'ERR ' .. text } end
  if OF_CONTENT[code] and not string.match(text, DENIED) then return { 'failed', text } end
  error({ err = text })
end
