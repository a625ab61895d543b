-- Changes of stock made by hand: SET inventory:<item> <number>.
--
-- `left` is the number that the scripts left in the key. What the key shows beyond it, somebody else put there: it is
-- set aside, and announced (parked under the next sequence number) once nothing else is parked and the partition is
-- marked. It counts when its record is folded. Where there is no :meta and no mark the number found is a target: the
-- records that explain it may still come.
local MAX_ADJUSTMENT = 1000000000

-- Parks what was set aside, as far as one adjustment reaches.
local function announce(item)
  if item.parked_seq > 0 then return end
  if item.target ~= '' then
    item.aside = tonumber(item.target) - item.available
    item.target = ''
  end
  if item.aside == 0 then return end
  item.parked = math.max(-MAX_ADJUSTMENT, math.min(MAX_ADJUSTMENT, item.aside))
  item.parked_seq = item.seq + 1
  item.aside = item.aside - item.parked
end

-- Sets aside what the key shows beyond `left`. Notes in item.mended what is no number of units, or '-' for no key.
local function sense(item, inventory, marked)
  local text = redis.call('GET', inventory)
  local found = text and string.match(text, '^%d+$') and #text < 16 and tonumber(text)
  item.shown = text
  item.mended = ''
  if not text then
    if item.stored then item.mended = '-' end
  elseif not found or (found ~= item.left and found > MAX_ADJUSTMENT) then
    item.mended = '=' .. text
  elseif item.target ~= '' or (not item.stored and not marked) then
    item.target = digits(found)
  else
    item.aside = item.aside + found - item.left
  end
  if marked then announce(item) end
end

-- A sensed adjustment was folded: it is what was parked under its number, or, in a fold from an older state, what was
-- found and not yet announced. What is parked under its number but says otherwise is announced again under a later one.
local function explain(item, seq, delta)
  if item.parked_seq > 0 then
    if seq < item.parked_seq then return end
    if delta ~= item.parked then item.aside = item.aside + item.parked end
    item.parked_seq = 0
    item.parked = 0
  elseif item.aside == delta then
    item.aside = 0
  end
end

-- Puts into the key what is available plus what is parked and set aside; never below 0.
local function show(item, inventory)
  item.left = math.max(0, math.max(0, item.available + item.parked) + item.aside)
  if item.target ~= '' then item.left = tonumber(item.target) end
  if item.shown ~= digits(item.left) then redis.call('SET', inventory, digits(item.left)) end
end
