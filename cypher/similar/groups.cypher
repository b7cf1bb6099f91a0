// The ICD codes that each concept of a vocabulary groups, by the maps of PheCode and the like.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), codes: LIST<STRING> (CURIEs)
MATCH (concept:Concept)-[:GROUPS]->(code:Concept)
WHERE concept[$property] = $value
WITH DISTINCT concept, code ORDER BY code.id
RETURN concept.id AS id, collect(code.id) AS codes
ORDER BY id
