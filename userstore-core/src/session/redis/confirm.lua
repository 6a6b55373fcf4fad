-- Puts the second value in the place of the first, for as long as that would have lasted. Gives 0 when there is nothing
-- any more.
local value = redis.call('GET', KEYS[1])
if value == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
end
return value and 1 or 0
