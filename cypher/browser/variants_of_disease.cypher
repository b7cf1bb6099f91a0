// Nearest variants of a disease, and whether the graph holds an association of theirs with it.
// access: READ
// :param id => 'MONDO:0005148'; :param top => 15; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns variant: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2, known: BOOLEAN
CYPHER 25
MATCH (d:Concept {id: $id})
MATCH (v:Variant) SEARCH v IN (VECTOR INDEX variant_embedding FOR d.embedding LIMIT $fetch) SCORE AS score
RETURN v.id AS variant, score, EXISTS { (v)-[:ASSOCIATED_WITH]->()-[:REPLACED_BY*0..3]->(d) } AS known
ORDER BY score DESC LIMIT $top;
