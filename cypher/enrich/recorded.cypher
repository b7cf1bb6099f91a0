// Which graph is loaded, and which model's vectors it has.
// access: READ
// returns graph: STRING, encoded: MAP {model, digest, dimensions, graph, path} (null where there are no complete vectors)
OPTIONAL MATCH (meta:Meta {name: 'kg'})
OPTIONAL MATCH (embeddings:Meta {name: 'embeddings'})
RETURN meta.graph_id AS graph, properties(embeddings) AS encoded
