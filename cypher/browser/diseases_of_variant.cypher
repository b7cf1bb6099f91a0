// Nearest EFO terms of a variant, as a picture: click a node to expand what supports it.
// access: READ
// :param id => 'dbSNP:rs7903146'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns v: NODE, n: NODE, known: PATH (an association of the variant, through the ids that the term replaces; null where
//   there is none), score: FLOAT in [0, 1], (1 + cosine) / 2
CYPHER 25
MATCH (v:Variant {id: $id})
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR v.embedding WHERE n.in_efo = true LIMIT $fetch) SCORE AS score
WITH v, n, score ORDER BY score DESC LIMIT $top
OPTIONAL MATCH known = ANY SHORTEST (v)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY]->{0,3}(n)
RETURN v, n, known, score;
