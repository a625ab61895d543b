-- Writes statuses, each where it may replace what is there: the twin of `mayReplace` in
-- packages/domain/src/records/StatusRule.ts, which says why.
--
-- KEYS     order_status:<request_id> of each status, from KEYS[1] on
--
-- ARGV[1]  from ARGV[1] on three texts for each status: its JSON,
--          `<item> <fingerprint> <attempt> <offset or -1> <step> <told> <standing>`,
--          and how long it is kept, in milliseconds
--
-- Returns  the damaged keys
local texts, PARTS = ARGV, 3
local damagedKeys = {}

local function damaged(key)
  damagedKeys[#damagedKeys + 1] = key
end

-- @include _forwards

-- Whether the stored status may be replaced. A value that is no status always may.
local function mayReplace(key, stored, words)
  local isJson, current = pcall(cjson.decode, stored)
  if not (isJson and type(current) == 'table' and type(current.attempt) == 'number') then
    damaged(key)
    return true
  end
  local item, fingerprint, attempt, offset, step, told, stands =
    string.match(words, '^(%S*) (%S*) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  if current.item_id == item and current.fingerprint == fingerprint then
    return isForward(current, tonumber(attempt), tonumber(offset), tonumber(step), tonumber(told))
  end
  if step == '0' then return false end
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
