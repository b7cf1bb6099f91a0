// The variants nearest to a disease or another trait, and how many associations the graph already holds of each.
// access: READ
// :param id => 'MONDO:0005148'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns id: STRING (CURIE), score: FLOAT in [0, 1], (1 + cosine) / 2, known: INTEGER (associations with the trait, also
//   those filed under ids that it replaces)
MATCH (given:Concept {id: $id})-[:REPLACED_BY*0..5]->(trait:Concept)
WHERE trait.embedding IS NOT NULL
WITH trait LIMIT 1
CALL db.index.vector.queryNodes('variant_embedding', $fetch, trait.embedding) YIELD node AS variant, score
WITH trait, variant, score ORDER BY score DESC LIMIT $top
RETURN variant.id AS id, score,
       COUNT { (variant)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY*0..5]->(trait) } AS known
ORDER BY score DESC
