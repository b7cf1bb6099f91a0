// The concepts under which the evidence for a concept may be filed: itself, what it replaces or is replaced by, and
// what is asserted to be the same as these.
// access: READ
// $id: STRING (CURIE)
// returns ids: LIST<STRING> (CURIEs, the concept itself among them)
MATCH (given:Concept {id: $id})-[:REPLACED_BY*0..2]-(own:Concept)
WITH DISTINCT own
OPTIONAL MATCH (own)-[match:EXACT_MATCH]-(same:Concept)
WHERE match.negated IS NULL OR NOT match.negated
WITH collect(DISTINCT own.id) + collect(DISTINCT same.id) AS ids
UNWIND ids AS id
RETURN collect(DISTINCT id) AS ids
