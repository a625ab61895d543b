-- Counts one request of a user that claims nothing.
--
-- KEYS[1]  ratelimit:<user_id>
--
-- ARGV[1]  most requests of a user in a window
-- ARGV[2]  the window, in milliseconds
--
-- Returns  { 'counted', remaining } or { 'limited', milliseconds to wait }
local limit = KEYS[1]
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])

-- @include _window

local remaining, wait = consume(limit)
if remaining then return { 'counted', remaining } end
return { 'limited', wait }
