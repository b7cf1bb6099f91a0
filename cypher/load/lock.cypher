// Take or renew the right to write the graph; no row where another holds it.
// access: WRITE
// $holder: STRING who asks
// $milliseconds: INTEGER for how long
// returns holder: STRING
MERGE (lock:Meta {name: 'lock'})
SET lock.asked = timestamp()
WITH lock
WHERE lock.holder IS NULL OR lock.holder = $holder OR lock.expires < timestamp()
SET lock.holder = $holder, lock.expires = timestamp() + $milliseconds
RETURN lock.holder AS holder
