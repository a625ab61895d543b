-- What an item keeps of a request id beside its order, by version 2 of the rules alone: an open hold or a refund that
-- waits, as :open holds it, and the payments that are due back, as :due does. An item of version 1 has none of it.
local CHECKOUT = 2

local kept

local function beginKept()
  kept = {
    -- As they were read: a text, or false where there is none.
    openTexts = {}, dueTexts = {},
    -- As they are now; false where nothing is open any more.
    open = {}, due = {}
  }
end

-- Reads at once what is kept of the requests that a batch names.
local function prefetchKept(item, named)
  if item.rules < CHECKOUT then return end
  for key, texts in pairs({ [keys.open] = kept.openTexts, [keys.due] = kept.dueTexts }) do
    if redis.call('HLEN', key) > 0 then
      for from = 1, #named, CHUNK do
        local till = math.min(#named, from + CHUNK - 1)
        for at, text in ipairs(redis.call('HMGET', key, unpack(named, from, till))) do
          texts[named[from + at - 1]] = text
        end
      end
    end
  end
end

-- `<due or -><notes>`; false where nothing is open.
local function openOf(request)
  local own = kept.open[request]
  if own ~= nil then return own end
  return kept.openTexts[request] or false
end

local function keepOpen(request, open)
  kept.open[request] = open or false
end

-- When an open hold expires; nil where none is open.
local function dueTimeOf(request)
  return string.match(openOf(request) or '', '^%d+')
end

-- The payments that are due: `<offset> <reference> <user or *>` of each; nothing where there are none.
local function dueOf(request)
  return kept.due[request] or kept.dueTexts[request]
end

-- The outcome with what is kept of the request, behind tabs; as it is where nothing is.
local function withKept(item, request, text, open)
  if item.rules < CHECKOUT then return text end
  local due = dueOf(request)
  if not open and not due then return text end
  return text .. '\t' .. (open or '') .. '\t' .. (due or '')
end
