// The preferred names of concepts.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), name: STRING
UNWIND $ids AS id
MATCH (concept:Concept {id: id})
WHERE concept.name IS NOT NULL
RETURN id, concept.name AS name
