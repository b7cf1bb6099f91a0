// Every loaded relationship with its ends and properties, for the digest.
// access: READ
// $left_out: LIST<STRING> types of relationships that are not loaded but computed
// returns type: STRING, start: STRING, end: STRING, properties: MAP
MATCH (a:Concept|Variant)-[r]->(b:Concept|Variant|Name)
WHERE NOT type(r) IN $left_out
RETURN type(r) AS type, a.id AS start, coalesce(b.id, b.key) AS end, properties(r) AS properties
