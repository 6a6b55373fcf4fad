-- The rule of account.rs, and the limit of an address, in one step for all servers. Before this text stand the numbers
-- of the rule. KEYS: the account, and the address it is tried from. An interval of 0 says that there is no such limit.
local op, now, address, was_known = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[8] == '1'
local account = { key = KEYS[1], interval = tonumber(ARGV[4]), burst = tonumber(ARGV[5]) }
local place = { key = KEYS[2], interval = tonumber(ARGV[6]), burst = tonumber(ARGV[7]) }
local ever = { interval = WINDOW, burst = MOST }

local function text(number)
  return string.format('%.0f', number)
end

local function wait(pace, whole_at, kept)
  return math.max(0, math.max(whole_at, now) + pace.interval - (pace.burst - kept) * pace.interval - now)
end

local function take(pace, whole_at)
  return math.max(whole_at, now) + pace.interval
end

local function used(pace, whole_at)
  return math.ceil(math.max(0, whole_at - now) / pace.interval)
end

-- Keeps a key for so long at least.
local function keep(key, micros)
  local millis = math.ceil(math.max(micros, 1000) / 1000)
  if redis.call('PTTL', key) < millis then
    redis.call('PEXPIRE', key, text(millis))
  end
end

local function is_known(lane)
  return lane.known > 0 and now - lane.known < KNOWN_FOR
end

local function read(value)
  local whole_at, failures, till, touched, known = string.match(value or '', '^(-?%d+):(%d+):(%d+):(%d+):(%d+)$')
  if not whole_at then
    return nil
  end
  return {
    whole_at = tonumber(whole_at),
    failures = tonumber(failures),
    till = tonumber(till),
    touched = tonumber(touched),
    known = tonumber(known),
  }
end

local strangers, failures, found = 0, 0, nil

local function is_remembered(lane)
  local memory = used(ever, failures) * 2 > ever.burst and LONG_MEMORY or MEMORY
  return is_known(lane) or now - lane.touched < memory
end

if account.interval > 0 then
  local values = redis.call('HMGET', account.key, 's', 'f', address)
  strangers, failures = tonumber(values[1] or '0') or 0, tonumber(values[2] or '0') or 0
  found = read(values[3])
  if found and not is_remembered(found) then
    found = nil
  end
end
local lane = found or { whole_at = 0, failures = 0, till = 0, touched = 0, known = 0 }

-- Removes the oldest of those that count, where there are more than `most`.
local function forget_oldest(lanes, most, counts, age)
  local count, oldest, oldest_age = 0, nil, nil
  for name, other in pairs(lanes) do
    if counts(other) then
      count = count + 1
      if not oldest or age(other) < oldest_age or (age(other) == oldest_age and name < oldest) then
        oldest, oldest_age = name, age(other)
      end
    end
  end
  if count > most then
    redis.call('HDEL', account.key, oldest)
  end
end

local function put()
  local value = { text(lane.whole_at), text(lane.failures), text(lane.till), text(lane.touched), text(lane.known) }
  redis.call('HSET', account.key, 's', text(strangers), 'f', text(failures), address, table.concat(value, ':'))
  local lanes, all = {}, redis.call('HGETALL', account.key)
  for i = 1, #all, 2 do
    local name = all[i]
    if name ~= 's' and name ~= 'f' then
      local other = read(all[i + 1])
      if other and (name == address or is_remembered(other)) then
        lanes[name] = other
      else
        redis.call('HDEL', account.key, name)
      end
    end
  end
  forget_oldest(lanes, MOST_KNOWN, is_known, function(other) return other.known end)
  forget_oldest(lanes, MOST_STRANGERS, function(other) return not is_known(other) end, function(other) return other.touched end)
  local memory = used(ever, failures) * 2 > ever.burst and LONG_MEMORY or MEMORY
  keep(account.key, math.max(strangers - now, failures - now, is_known(lane) and KNOWN_FOR or memory))
end

local at_place = 0
if place.interval > 0 then
  at_place = tonumber(redis.call('GET', place.key) or '0') or 0
end

if op == 'take' then
  local waits, place_waits = 0, 0
  if place.interval > 0 then
    place_waits = wait(place, at_place, 0)
  end
  local known = is_known(lane)
  if account.interval > 0 then
    waits = math.max(0, wait(account, lane.whole_at, 0), lane.till - now)
    if not known then
      local is_attacked = used(ever, failures) >= account.burst
      local kept = (is_attacked and found) and math.min(math.floor(account.burst / 5), KEPT) or 0
      waits = math.max(waits, wait(account, strangers, kept), wait(ever, failures, found and KEPT or 0))
    end
  end
  if waits > 0 or place_waits > 0 then
    return { waits, place_waits, 0 }
  end
  if account.interval > 0 then
    local is_at_its_last = known and wait(ever, failures, KEPT) > 0
    lane.failures = math.max(0, lane.failures - math.floor(math.max(0, now - lane.touched) / WINDOW)) + 1
    local more, lock = lane.failures - account.burst, 0
    if is_at_its_last then
      lock = lane.failures >= LAST_TRIES and LONGEST_LOCK or 0
    elseif more > 0 then
      lock = math.min(LOCK * 2 ^ math.min(more - 1, 16), LONGEST_LOCK)
    end
    lane.till = lock > 0 and now + lock or 0
    lane.whole_at = take(account, lane.whole_at)
    lane.touched = now
    if not known then
      strangers = take(account, strangers)
    end
    failures = take(ever, failures)
    put()
  end
  if place.interval > 0 then
    at_place = take(place, at_place)
    redis.call('SET', place.key, text(at_place), 'PX', text(math.ceil((at_place - now) / 1000)))
  end
  return { 0, 0, known and 1 or 0 }
end

-- What was taken is given back.
if place.interval > 0 and at_place - place.interval > now then
  redis.call('SET', place.key, text(at_place - place.interval), 'KEEPTTL')
elseif place.interval > 0 then
  redis.call('DEL', place.key)
end
if account.interval > 0 then
  if not was_known then
    strangers = strangers - account.interval
  end
  lane.whole_at = lane.whole_at - account.interval
  lane.till = 0
  if op == 'succeed' then
    failures = 0
    lane.failures, lane.touched, lane.known = 0, now, now
    put()
  else
    failures = failures - ever.interval
    lane.failures = math.max(0, lane.failures - 1)
    if found and (lane.failures > 0 or is_known(lane)) then
      put()
    elseif redis.call('EXISTS', account.key) == 1 then
      redis.call('HDEL', account.key, address)
      redis.call('HSET', account.key, 's', text(strangers), 'f', text(failures))
    end
  end
end
return { 0, 0, 0 }
