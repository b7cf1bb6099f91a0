// What stands directly above concepts.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), name: STRING, parents: LIST<STRING> (CURIEs)
UNWIND $ids AS id
MATCH (concept:Concept {id: id})
RETURN id, concept.name AS name, COLLECT {
  MATCH (concept)-[above:SUBCLASS_OF]->(parent:Concept)
  WHERE above.negated IS NULL OR NOT above.negated
  RETURN DISTINCT parent.id ORDER BY parent.id
} AS parents
