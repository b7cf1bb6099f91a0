// `terms.cypher` and `variant_terms.cypher` for servers before Neo4j 2026, whose vector indexes do not filter: the nearest $fetch are filtered.
// access: READ
// $id: STRING (CURIE), $top: INTEGER, $fetch: INTEGER, $property: STRING (in_efo or vocabulary), $value: BOOLEAN or STRING
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2
MATCH (given:Concept|Variant {id: $id})-[:REPLACED_BY*0..5]->(subject)
WHERE subject.embedding IS NOT NULL
WITH subject LIMIT 1
CALL db.index.vector.queryNodes('concept_embedding', $fetch, subject.embedding) YIELD node AS term, score
WITH subject, term, score
WHERE term <> subject AND term[$property] = $value
RETURN term.id AS id, term.name AS name, term.vocabulary AS vocabulary, score
ORDER BY score DESC LIMIT $top
