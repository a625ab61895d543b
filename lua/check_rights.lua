-- Says which commands the caller's user may not give. Gives none of them.
--
-- KEYS     none
--
-- ARGV     the commands, from ARGV[1] on: each a JSON list of its words
--
-- Returns  the places of those that are denied, from 1 on; none of them where this Redis cannot say
local denied = {}
for n, words in ipairs(ARGV) do
  local isKnown, isAllowed = pcall(redis.acl_check_cmd, unpack(cjson.decode(words)))
  if isKnown and not isAllowed then denied[#denied + 1] = n end
end
return denied
