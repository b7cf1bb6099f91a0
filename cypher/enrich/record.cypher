// Record the model whose vectors the graph has, once all are written and indexed, in place of the one that was begun.
// access: WRITE
// $encoded: MAP {model: STRING, digest: STRING, dimensions: INTEGER, graph: STRING, path: STRING, at: STRING (ISO 8601)}
MERGE (meta:Meta {name: 'embeddings'})
SET meta += $encoded
WITH meta
MATCH (begun:Meta {name: 'embeddings begun'})
DELETE begun
