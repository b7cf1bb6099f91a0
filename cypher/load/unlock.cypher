// Give the right to write the graph back.
// access: WRITE
// $holder: STRING who holds it
MATCH (lock:Meta {name: 'lock', holder: $holder})
DELETE lock
