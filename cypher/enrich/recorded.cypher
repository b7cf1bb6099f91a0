// Which graph is loaded, which model's vectors it has, and which are being written.
// access: READ
// returns graph: STRING, encoded: MAP {model, digest, dimensions, graph, path} (null where there are no complete vectors),
//   begun: MAP {model, digest, graph, precision} (null where none are being written)
OPTIONAL MATCH (meta:Meta {name: 'kg'})
OPTIONAL MATCH (embeddings:Meta {name: 'embeddings'})
OPTIONAL MATCH (begun:Meta {name: 'embeddings begun'})
RETURN meta.graph_id AS graph, properties(embeddings) AS encoded, properties(begun) AS begun
