// The live terms of a vocabulary that could be a concept's counterpart: those that have one of its names, and those
// among the nearest concepts of any vocabulary.
// access: READ
// $keys: LIST<STRING> (name keys), $vector: LIST<FLOAT> (unit length), $property: STRING ('vocabulary' or a membership flag),
//   $value: STRING or BOOLEAN, $fetch: INTEGER (concepts looked at)
// returns id: STRING (CURIE)
CALL () {
  MATCH (name:Name)<-[:HAS_NAME]-(term:Concept)
  WHERE name.key IN $keys
  RETURN term
  UNION
  CALL db.index.vector.queryNodes('concept_embedding', $fetch, $vector) YIELD node AS term
  RETURN term
}
WITH DISTINCT term
WHERE term[$property] = $value AND term.obsolete IS NULL AND term.name IS NOT NULL
RETURN term.id AS id ORDER BY id
