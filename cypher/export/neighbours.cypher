// What is one edge away from some nodes, in either direction, and whether it is of the wanted types and vocabularies.
// access: READ
// $reached: LIST<STRING> (CURIEs); $types: LIST<STRING> or null; $prefixes: LIST<STRING> or null; $flags: LIST<STRING>;
//   $sources: LIST<STRING> or null: only along their edges; $variants: BOOLEAN: also to variants
// returns id: STRING (CURIE), wanted: BOOLEAN
UNWIND $reached AS id
CALL (id) {
  MATCH (n:Concept {id: id}) RETURN n
  UNION ALL
  MATCH (n:Variant {id: id}) RETURN n
}
MATCH (n)-[r]-(m:Concept|Variant)
WHERE ($sources IS NULL OR r.source IN $sources) AND ($variants OR NOT m:Variant)
WITH DISTINCT m
RETURN m.id AS id, ($types IS NULL OR any(label IN labels(m) WHERE label IN $types)) AND
  ($prefixes IS NULL OR split(m.id, ':')[0] IN $prefixes OR any(flag IN $flags WHERE coalesce(m[flag], false))) AS wanted
