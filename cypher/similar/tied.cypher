// What given concepts are tied to by asserted mappings and cross-references, in either direction.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), ties: LIST<STRING> (CURIEs)
UNWIND $ids AS id
MATCH (concept:Concept {id: id})-[tie:XREF|EXACT_MATCH|CLOSE_MATCH]-(tied:Concept)
WHERE tie.negated IS NULL OR NOT tie.negated
RETURN id, collect(DISTINCT tied.id) AS ties
