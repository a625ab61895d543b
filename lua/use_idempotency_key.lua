-- Uses an idempotency key of the admin API: it belongs to the first request that has it, until it expires.
--
-- KEYS[1]  idempotency:<key>
--
-- ARGV[1]  the digest of the request
-- ARGV[2]  how long the key is remembered, in milliseconds
--
-- Returns  the digest of the request that it belonged to before; '' where it belonged to none
local key = KEYS[1]
local request, millis = ARGV[1], ARGV[2]

local before = redis.call('GET', key)
if before then return before end
redis.call('SET', key, request, 'PX', millis)
return ''
