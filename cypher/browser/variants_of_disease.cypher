// The variants nearest to type 2 diabetes, and whether the graph holds an association of theirs with it.
// access: READ
// returns variant: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2, known: BOOLEAN
CYPHER 25
MATCH (d:Concept {id: 'MONDO:0005148'})
MATCH (v:Variant) SEARCH v IN (VECTOR INDEX variant_embedding FOR d.embedding LIMIT 15) SCORE AS score
RETURN v.id AS variant, score, EXISTS { (v)-[:ASSOCIATED_WITH]->()-[:REPLACED_BY*0..3]->(d) } AS known;
