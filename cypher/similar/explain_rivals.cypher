// The live terms of a vocabulary that could be a concept's counterpart: those that have one of its names, and the
// nearest of all names.
// access: READ
// $keys: LIST<STRING> (name keys), $vector: LIST<FLOAT> (unit length), $property: STRING ('vocabulary' or a membership flag),
//   $value: STRING or BOOLEAN, $fetch: INTEGER (names looked at)
// returns id: STRING (CURIE)
CALL () {
  MATCH (name:Name)<-[:HAS_NAME]-(term:Concept)
  WHERE name.key IN $keys
  RETURN term
  UNION
  CALL db.index.vector.queryNodes('name_embedding', $fetch, $vector) YIELD node AS name
  MATCH (name)<-[:HAS_NAME]-(term:Concept)
  RETURN term
}
WITH DISTINCT term
WHERE term[$property] = $value AND term.obsolete IS NULL AND term.name IS NOT NULL
RETURN term.id AS id ORDER BY id
