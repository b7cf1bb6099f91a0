// Every concept and variant that has an embedding, with what a picture needs.
// access: READ
// returns id: STRING, name: STRING, type: STRING, embedding: LIST<FLOAT>
CALL () {
  MATCH (n:Concept) WHERE n.embedding IS NOT NULL AND n.obsolete IS NULL
  RETURN n.id AS id, n.name AS name, coalesce([l IN labels(n) WHERE l <> 'Concept'][0], 'Concept') AS type,
    n.embedding AS embedding
  UNION ALL
  MATCH (n:Variant) WHERE n.embedding IS NOT NULL
  RETURN n.id AS id, null AS name, 'Variant' AS type, n.embedding AS embedding
}
RETURN id, name, type, embedding
