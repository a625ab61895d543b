-- Takes the placing offset out of statuses: those of another log mean nothing in this one. All else of a status stays,
-- and how long it is kept.
--
-- KEYS     order_status:<request_id> of each status, from KEYS[1] on
--
-- ARGV     none
--
-- Returns  how many statuses had one
-- `place` is the offset, persisted under its older word (decision 0023). No text in JSON holds a bare quotation mark.
local PLACE = ',"place":%d+'
local changed = 0

for n = 1, #KEYS do
  local value = redis.pcall('GET', KEYS[n])
  local text, found = '', 0
  if type(value) == 'string' then text, found = string.gsub(value, PLACE, '', 1) end
  if found > 0 then
    redis.call('SET', KEYS[n], text, 'KEEPTTL')
    changed = changed + 1
  end
end
return changed
