-- Records that could not be understood, or that version 1 of the rules does not know: their outcome is stored only
-- here, until it is published.
local stillUnpublished
-- The offsets whose outcomes the caller has published.
local published, isPublished

local function beginUnreadable(offsets)
  stillUnpublished, published, isPublished = nil, {}, {}
  for offset in string.gmatch(offsets, '(%d+)\n') do
    published[#published + 1] = offset
    isPublished[offset] = true
  end
end

local function unreadable(request, attempt, offset)
  ledger.unpublished[offset] = 'unreadable - ' .. attempt .. ' ' .. request
  addOrderEvent(request, 'unreadable', '-', attempt)
  return '1 unreadable - ' .. attempt .. ' ' .. offset
end

-- The outcome of such a record that was folded before; nil where it is published, or was none.
local function unreadableBefore(offset)
  if isPublished[offset] then return nil end
  local text = ledger.unpublished[offset]
  if not text then
    stillUnpublished = stillUnpublished or redis.call('HLEN', keys.unpublished)
    text = stillUnpublished > 0 and redis.call('HGET', keys.unpublished, offset)
  end
  return text and '0 ' .. string.match(text, '^%S+ %S+ %S+') .. ' ' .. offset or nil
end
