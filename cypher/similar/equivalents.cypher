// The concepts that the graph asserts to be the same as given ones: exact matches, replacements, and theirs.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), same: LIST<STRING> (CURIEs, the concept itself among them)
UNWIND $ids AS id
MATCH (concept:Concept {id: id})
RETURN id, COLLECT {
  MATCH (concept)-[ties:EXACT_MATCH|REPLACED_BY*0..2]-(same:Concept)
  WHERE all(tie IN ties WHERE tie.negated IS NULL OR NOT tie.negated)
  RETURN DISTINCT same.id
} AS same
