// The names of given codes.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), keys: LIST<STRING> (its name keys)
MATCH (code:Concept)
WHERE code.id IN $ids
RETURN code.id AS id, COLLECT { MATCH (code)-[:HAS_NAME]->(name:Name) RETURN DISTINCT name.key } AS keys
ORDER BY id
