-- Writes statuses, forwards only, and only for the same item and fingerprint: the twin of `isForward` in
-- packages/domain/src/OrderStatus.ts.
--
-- KEYS     order_status:<request_id> of each status, from KEYS[1] on
--
-- ARGV     for each status seven texts from ARGV[1] on: its JSON, item, fingerprint, attempt, place or -1, rank, and how
--          long it is kept, in milliseconds
--
-- Returns  the damaged keys
local WIDTH = 7

-- @include _status

local RANK = { PENDING = 0, RESERVED = 1 }

local function isForward(current, attempt, place, rank)
  if attempt ~= current.attempt then return attempt > current.attempt end
  local currentPlace, currentRank = current.place or -1, RANK[current.status] or 2
  if currentRank > 0 and rank > 0 and place ~= currentPlace then return place > currentPlace end
  return rank > currentRank
end

for n, key in ipairs(KEYS) do
  local value, item, fingerprint, attempt, place, rank, kept = unpack(ARGV, (n - 1) * WIDTH + 1, n * WIDTH)
  local stored = statusAt(key)
  local isJson, current = pcall(cjson.decode, stored or '')
  if stored and not (isJson and type(current) == 'table' and type(current.attempt) == 'number') then
    damagedKeys[#damagedKeys + 1] = key
    stored = false
  end
  local isSame = stored and current.item_id == item and current.fingerprint == fingerprint
  if not stored or (isSame and isForward(current, tonumber(attempt), tonumber(place), tonumber(rank))) then
    redis.call('SET', key, value, 'PX', kept)
  end
end
return damagedKeys
