// The labels of some concepts.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), labels: LIST<STRING> (node labels)
UNWIND $ids AS id
MATCH (concept:Concept {id: id})
RETURN concept.id AS id, labels(concept) AS labels
