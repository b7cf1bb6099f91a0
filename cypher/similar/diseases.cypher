// The diseases and phenotypes nearest to a variant, and how many associations the graph already holds of each.
// access: READ
// :param id => 'dbSNP:rs7903146'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER, $fetch: INTEGER (concepts of any type that are looked at)
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2, known: INTEGER
//   (associations with the disease, also those filed under ids that it replaces)
MATCH (variant:Variant {id: $id})
WHERE variant.embedding IS NOT NULL
CALL db.index.vector.queryNodes('concept_embedding', $fetch, variant.embedding) YIELD node AS disease, score
WITH variant, disease, score
WHERE disease:Disease OR disease:Phenotype
RETURN disease.id AS id, disease.name AS name, disease.vocabulary AS vocabulary, score,
       COUNT { (variant)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY*0..5]->(disease) } AS known
ORDER BY score DESC LIMIT $top
