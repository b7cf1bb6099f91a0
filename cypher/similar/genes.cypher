// The genes nearest to a drug (or any concept), and whether the graph asserts the drug to target each.
// access: READ
// :param id => 'drugbank:DB00331'; :param top => 10; :param fetch => 500
// $id: STRING (CURIE), $top: INTEGER, $fetch: INTEGER (concepts of any type that are looked at)
// returns id: STRING (CURIE), name: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2, target: BOOLEAN
MATCH (drug:Concept {id: $id})
WHERE drug.embedding IS NOT NULL
CALL db.index.vector.queryNodes('concept_embedding', $fetch, drug.embedding) YIELD node AS gene, score
WITH drug, gene, score
WHERE gene:Gene
RETURN gene.id AS id, gene.name AS name, score, EXISTS { (drug)-[:TARGETS]->(gene) } AS target
ORDER BY score DESC LIMIT $top
