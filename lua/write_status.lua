-- Writes statuses, each where it may replace what is there: the twin of `mayReplace` in
-- packages/domain/src/records/OrderStatus.ts, which says why.
--
-- KEYS     order_status:<request_id> of each status, from KEYS[1] on
--
-- ARGV[1]  from ARGV[1] on three texts for each status: its JSON,
--          `<item> <fingerprint> <attempt> <offset or -1> <rank> <standing>`,
--          and how long it is kept, in milliseconds
--
-- Returns  the damaged keys
local texts, PARTS = ARGV, 3
local RANK = { PENDING = 0, RESERVED = 1 }
-- The words of orders whose units were never held.
local TURNED_AWAY = { PENDING = 1, FAILED_SOLD_OUT = 1, FAILED_LIMIT = 1, FAILED = 1 }
local damagedKeys = {}

local function damaged(key)
  damagedKeys[#damagedKeys + 1] = key
end

-- Whose status stands, of two orders: 0 of a record that was not understood, 1 of an order that was turned away, 2 of
-- one that held units.
local function standing(current)
  if current.fingerprint == '' then return 0 end
  return current.attempt == 1 and TURNED_AWAY[current.status] or 2
end

-- Whether a status of the same order goes forwards. `place` is the offset, persisted under its older word (decision
-- 0023).
local function isForward(current, attempt, offset, rank)
  if current.lease then return true end
  if attempt ~= current.attempt then return attempt > current.attempt end
  local currentOffset, currentRank = current.place or -1, RANK[current.status] or 2
  if currentRank > 0 and rank > 0 and offset ~= currentOffset then return offset > currentOffset end
  return rank > currentRank
end

-- Whether the stored status may be replaced. A value that is no status always may.
local function mayReplace(key, stored, words)
  local isJson, current = pcall(cjson.decode, stored)
  if not (isJson and type(current) == 'table' and type(current.attempt) == 'number') then
    damaged(key)
    return true
  end
  local item, fingerprint, attempt, offset, rank, stands =
    string.match(words, '^(%S*) (%S*) (%S+) (%S+) (%S+) (%S+)$')
  if current.item_id == item and current.fingerprint == fingerprint then
    return isForward(current, tonumber(attempt), tonumber(offset), tonumber(rank))
  end
  if rank == '0' then return false end
  if current.status == 'PENDING' then return current.item_id == item end
  return tonumber(stands) > standing(current)
end

-- The values that are stored now; false for no value, and for a key of another type.
local values = {}
for n, value in ipairs(redis.call('MGET', unpack(KEYS))) do values[KEYS[n]] = value end

for n, key in ipairs(KEYS) do
  local value, words, kept = unpack(texts, (n - 1) * PARTS + 1, n * PARTS)
  local stored = values[key]
  if not stored and redis.call('SET', key, value, 'PX', kept, 'NX') then
    values[key] = value
  elseif not stored or mayReplace(key, stored, words) then
    if not stored then damaged(key) end
    redis.call('SET', key, value, 'PX', kept)
    values[key] = value
  end
end
return damagedKeys
