-- What a user's index holds, read once: under each session's id "mark:hash of its token:time of expiry:epoch". The mark
-- is + for a session that counts, and - for one that is being ended.
local function read(key, now, epoch, kept)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then
    redis.call('DEL', key)
  end
  local index = { entries = {}, live = {}, ending = {}, over = {} }
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local id = all[i]
    local mark, hash, expires, of = string.match(all[i + 1], '^([+-]):([%w_-]+):(%d+):(%d+)$')
    if not hash or #id ~= 36 then
      redis.call('HDEL', key, id)
    elseif tonumber(expires) <= now or (tonumber(of) < epoch and id ~= kept) then
      redis.call('HDEL', key, id)
      table.insert(index.over, hash)
    else
      index.entries[id] = { hash = hash, expires = expires, epoch = of }
      table.insert(mark == '+' and index.live or index.ending, id)
    end
  end
  table.sort(index.live)
  return index
end
