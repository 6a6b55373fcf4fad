-- Adds a session to its user's index. Of the others, removes those that are over, and marks the oldest ones as being
-- ended until there is room. Gives what is being ended, as id, hash and expiry of each; and the hashes of what was over.
local now, epoch, kept, most = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local id, entry, lasts = ARGV[5], ARGV[6], tonumber(ARGV[7])
local index = read(KEYS[1], now, epoch, kept)
for i = 1, #index.live - most + 1 do
  local oldest = index.live[i]
  local known = index.entries[oldest]
  redis.call('HSET', KEYS[1], oldest, '-:' .. known.hash .. ':' .. known.expires .. ':' .. known.epoch)
  table.insert(index.ending, oldest)
end
redis.call('HSET', KEYS[1], id, entry)
if redis.call('PTTL', KEYS[1]) < lasts then
  redis.call('PEXPIRE', KEYS[1], lasts)
end
local ending = {}
for _, ended in ipairs(index.ending) do
  local known = index.entries[ended]
  table.insert(ending, { ended, known.hash, known.expires })
end
return { ending, index.over }
