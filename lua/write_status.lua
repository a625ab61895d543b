-- Writes statuses, forwards only, and only for the same item and fingerprint: the twin of `isForward` in
-- packages/domain/src/records/OrderStatus.ts.
--
-- KEYS     order_status:<request_id> of each status, from KEYS[1] on
--
-- ARGV[1]  how long a status that is not final is kept, in milliseconds
-- ARGV[2]  how long a final one is
-- ARGV[3]  from ARGV[3] on two texts for each status: its JSON, and
--          `<item> <fingerprint> <attempt> <offset or -1> <rank>`
--
-- Returns  the damaged keys
local accepted, final = ARGV[1], ARGV[2]
local FIRST = 3
local RANK = { PENDING = 0, RESERVED = 1 }
local damagedKeys = {}

local function damaged(key)
  damagedKeys[#damagedKeys + 1] = key
end

-- Whether the stored status may be replaced. A value that is no status always may.
local function mayReplace(key, stored, words)
  local isJson, current = pcall(cjson.decode, stored)
  if not (isJson and type(current) == 'table' and type(current.attempt) == 'number') then
    damaged(key)
    return true
  end
  local item, fingerprint, attempt, offset, rank = string.match(words, '^(%S*) (%S*) (%S+) (%S+) (%S+)$')
  if current.item_id ~= item or current.fingerprint ~= fingerprint then return false end
  attempt, offset, rank = tonumber(attempt), tonumber(offset), tonumber(rank)
  if attempt ~= current.attempt then return attempt > current.attempt end
  -- `place` is the offset, persisted under its older word (decision 0023).
  local currentOffset, currentRank = current.place or -1, RANK[current.status] or 2
  if currentRank > 0 and rank > 0 and offset ~= currentOffset then return offset > currentOffset end
  return rank > currentRank
end

-- The values that are stored now; false for no value, and for a key of another type.
local values = {}
for n, value in ipairs(redis.call('MGET', unpack(KEYS))) do values[KEYS[n]] = value end

for n, key in ipairs(KEYS) do
  local value, words = ARGV[FIRST + (n - 1) * 2], ARGV[FIRST + n * 2 - 1]
  local kept = string.sub(words, -1) == '2' and final or accepted
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
