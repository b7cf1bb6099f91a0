// Pairs of concepts that are one trait: an exact match that is not negated, a replacement, a shared label or exact name.
// Their connected components are the trait groups; they pass through obsolete concepts too.
// access: READ
// returns id: STRING (CURIE), other: STRING (CURIE)
CALL () {
  MATCH (a:Concept)-[match:EXACT_MATCH]->(b:Concept)
  WHERE match.negated IS NULL OR NOT match.negated
  RETURN a.id AS id, b.id AS other
  UNION ALL
  MATCH (a:Concept)-[:REPLACED_BY]->(b:Concept)
  RETURN a.id AS id, b.id AS other
  UNION ALL
  MATCH (name:Name)
  WITH COLLECT {
    MATCH (name)<-[has:HAS_NAME]-(c:Concept) WHERE has.scope IN ['LABEL', 'EXACT'] RETURN DISTINCT c.id AS id ORDER BY id
  } AS ids
  UNWIND tail(ids) AS other
  RETURN ids[0] AS id, other
}
RETURN id, other
