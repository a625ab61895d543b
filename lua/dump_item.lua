-- Reads everything that is stored of an item, at one moment. Changes nothing, also where a key is damaged.
--
-- KEYS[1] fold:<partition>:items, the index of the partition's items
-- KEYS[2] inventory:<item>
-- KEYS[3] {inventory:<item>}:meta
-- KEYS[4] {inventory:<item>}:orders
-- KEYS[5] {inventory:<item>}:untold, the unpublished outcomes
-- KEYS[6] {inventory:<item>}:turned, the rejected ids
-- KEYS[7] {inventory:<item>}:buyers
-- KEYS[8] {inventory:<item>}:commands
-- KEYS[9] {inventory:<item>}:open
-- KEYS[10] {inventory:<item>}:due
--
-- ARGV[1] item
-- ARGV[2] the most entries to read at once
--
-- Returns { 'large', indexed, inventory, meta } where there are more
--         { 'item', indexed, inventory, meta, orders, unpublished, rejected, buyers, commands, open, due }: each
--         { '', value } or { what is wrong with the key }; hashes and sorted sets are flat lists
local index, inventory, meta, orders, unpublished = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local rejected, buyers, commands, open, due = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local name, most = ARGV[1], tonumber(ARGV[2])

local function read(...)
  local found = redis.pcall(...)
  local wrong = type(found) == 'table' and found.err
  if not wrong then return { '', found } end
  -- Any other error, as of a user that may not read, says nothing of the key.
  if not string.find(wrong, 'WRONGTYPE', 1, true) then error(found) end
  return { wrong }
end

local function size(command, key)
  return tonumber(read(command, key)[2]) or 0
end

local head = { 'large', read('SISMEMBER', index, name), read('GET', inventory), read('HGETALL', meta) }
local entries = size('HLEN', orders) + size('HLEN', unpublished) + size('ZCARD', rejected) + size('HLEN', buyers) +
  size('HLEN', open) + size('HLEN', due)
if entries > most then return head end
local all = {
  read('HGETALL', orders), read('HGETALL', unpublished), read('ZRANGE', rejected, 0, -1, 'WITHSCORES'),
  read('HGETALL', buyers), read('ZRANGE', commands, 0, -1, 'WITHSCORES'), read('HGETALL', open), read('HGETALL', due)
}
head[1] = 'item'
for _, part in ipairs(all) do head[#head + 1] = part end
return head
