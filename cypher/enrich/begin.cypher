// Record the model whose vectors are going to be written, once there are no others: a killed enrichment goes on by it.
// access: WRITE
// $begun: MAP {model: STRING, digest: STRING, graph: STRING, precision: STRING}
CREATE (meta:Meta {name: 'embeddings begun'})
SET meta += $begun
