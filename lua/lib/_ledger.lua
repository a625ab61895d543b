-- The ledger of an item: orders that ever held units, the rings of ids, the buyers' counts and the outcomes that are
-- not published yet. Entries are read when they are needed, changed in tables, and written together at the end.
local REJECTED_REMEMBERED = 65536
local COMMANDS_REMEMBERED = 1024
-- Arguments of one call: Lua unpacks no more than about 8000. Even, so that pairs stay together.
local CHUNK = 1000
-- A score in :turned is n * CODES + the number of the reason in this list, so that one number keeps both.
local CODES = 8
local REASONS = { 'sold_out', 'limit', 'not_open', 'closed', 'paused' }
local CODE_OF = {}
for code, reason in ipairs(REASONS) do CODE_OF[reason] = code end

local ledger

local function beginLedger()
  ledger = {
    -- As they were read: a text, or false where there is none.
    texts = {}, scores = {},
    -- As they are now.
    orders = {}, rejected = {}, buyers = {}, commands = {}, unpublished = {}, changed = {}
  }
end

-- Reads at once what is known of the requests that a batch names: a call for each would cost more than its fold.
local function prefetch(item, named)
  for from = 1, #named, CHUNK do
    local till = math.min(#named, from + CHUNK - 1)
    for at, text in ipairs(redis.call('HMGET', keys.orders, unpack(named, from, till))) do
      ledger.texts[named[from + at - 1]] = text
    end
    -- The ring is empty until the first order is rejected.
    if item.rejected > 0 then
      local scores = redis.call('ZMSCORE', keys.rejected, unpack(named, from, till))
      for at = 1, till - from + 1 do ledger.scores[named[from + at - 1]] = tonumber(scores[at] or nil) end
    end
  end
end

-- Why the id was rejected, where it is still remembered.
local function rejectionOf(item, request)
  local score = ledger.rejected[request] or ledger.scores[request]
  if score and math.floor(score / CODES) > item.rejected - REJECTED_REMEMBERED then return REASONS[score % CODES] end
  return nil
end

-- The counts by reason, in the order of REASONS. Further ones are of reasons that only a later build knows: they stay.
-- They are texts until they are counted up: most of a call's rejections have one reason.
local function refusedCounts(text)
  local counts, known = {}, 0
  for count in string.gmatch(text, '%d+') do
    known = known + 1
    counts[known] = count
  end
  for code = known + 1, #REASONS do counts[code] = '0' end
  return counts
end

local function reject(item, request, reason)
  local code = CODE_OF[reason]
  item.rejected = item.rejected + 1
  ledger.rejected[request] = item.rejected * CODES + code
  ledger.refused = ledger.refused or refusedCounts(item.refused)
  ledger.refused[code] = ledger.refused[code] + 1
end

-- Whether an operator's command is new. Remembers it.
local function isNewCommand(item, name)
  local seen = ledger.commands[name] or tonumber(redis.call('ZSCORE', keys.commands, name) or false)
  if seen and seen > item.commands - COMMANDS_REMEMBERED then return false end
  item.commands = item.commands + 1
  ledger.commands[name] = item.commands
  return true
end

local function boughtBy(user)
  return ledger.buyers[user] or tonumber(redis.call('HGET', keys.buyers, user) or 0)
    or damaged('the count of a buyer is no number')
end
