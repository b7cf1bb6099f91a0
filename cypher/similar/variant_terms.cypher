// The terms of a release nearest to a variant. For another put its flag or prefix, as in terms.cypher.
// access: READ
// :param id => 'dbSNP:rs7903146'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2
CYPHER 25
MATCH (variant:Variant {id: $id})
WHERE variant.embedding IS NOT NULL
MATCH (term:Concept)
  SEARCH term IN (VECTOR INDEX concept_embedding FOR variant.embedding WHERE term.in_efo = true LIMIT $fetch) SCORE AS score
RETURN term.id AS id, term.name AS name, term.vocabulary AS vocabulary, score
ORDER BY score DESC LIMIT $top
