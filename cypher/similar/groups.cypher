// The ICD codes that each concept of a vocabulary groups, by the maps of PheCode and the like.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), code: STRING (CURIE), code_keys: LIST<STRING> (the code's name keys)
MATCH (concept:Concept)-[:GROUPS]->(code:Concept)
WHERE concept[$property] = $value
WITH DISTINCT concept, code
RETURN concept.id AS id, code.id AS code,
       COLLECT { MATCH (code)-[:HAS_NAME]->(name:Name) RETURN DISTINCT name.key } AS code_keys
ORDER BY id, code
