// What the graph asserts to be the same as given concepts, and who says so: exact matches and replacements, over two at most.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), same: STRING (CURIE), sources: LIST<STRING>, live: BOOLEAN
UNWIND $ids AS id
MATCH (concept:Concept {id: id})-[ties:EXACT_MATCH|REPLACED_BY*1..2]-(same:Concept)
WHERE same <> concept AND all(tie IN ties WHERE tie.negated IS NULL OR NOT tie.negated)
UNWIND ties AS tie
RETURN id, same.id AS same, collect(DISTINCT tie.source) AS sources, same.obsolete IS NULL AS live
ORDER BY id, same
