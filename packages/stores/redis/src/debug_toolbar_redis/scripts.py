"""Scripts: what Redis does in one step, so that no reader sees half of it and no two writers count apart."""

from __future__ import annotations

from typing import Final

KEYS: Final = ("documents", "applications", "order", "saved", "total", "live")
"""Documents by id, applications' own, ids in their order, ids by revision, counts, and the stream of saved ids."""

WRITE: Final = """
local documents, applications, order, saved, total, live = unpack(KEYS)
local ttl, most, most_bytes, age, mark = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local revision = tonumber(redis.call('HGET', total, 'revision') or 0)
local bytes = tonumber(redis.call('HGET', total, 'bytes') or 0)
if redis.call('EXISTS', documents) == 0 then
  bytes = 0
  -- Once a script has changed anything, Redis lets it go past its memory: nothing is changed before the first HSET.
  if redis.call('EXISTS', order, saved) > 0 then redis.call('DEL', order, saved) end
end
local function forget(id)
  bytes = bytes - redis.call('HSTRLEN', documents, id)
  redis.call('HDEL', documents, id)
  redis.call('ZREM', order, id)
  redis.call('ZREM', saved, id)
end
local ids = {}
for at = 6, #ARGV, 3 do
  local id, app, document = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if app == '1' then
    redis.call('HSET', applications, id, document)
  else
    bytes = bytes - redis.call('HSTRLEN', documents, id) + #document
    revision = math.max(revision + 1, now)
    redis.call('HSET', documents, id, document)
    redis.call('ZADD', order, 0, id)
    redis.call('ZADD', saved, string.format('%.0f', revision), id)
    ids[#ids + 1] = id
  end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', saved, '-inf', string.format('%.0f', now - age))) do forget(id) end
local count = redis.call('ZCARD', saved)
while count > 1 and (count > most or bytes > most_bytes) do
  forget(redis.call('ZRANGE', saved, 0, 0)[1])
  count = count - 1
end
while redis.call('HLEN', applications) > 64 do
  local own = redis.call('HKEYS', applications)
  table.sort(own)
  redis.call('HDEL', applications, own[1])
end
redis.call('HSET', total, 'revision', string.format('%.0f', revision), 'bytes', string.format('%.0f', bytes))
if #ids > 0 then redis.call('XADD', live, 'MAXLEN', '~', 1000, '*', 'by', mark, 'ids', table.concat(ids, ' ')) end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
return revision
"""
