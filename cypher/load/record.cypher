// Record what the graph was loaded from.
// access: WRITE
// $sources: LIST<MAP {name: STRING, …}> a map of properties for each source
// $meta: MAP {graph_id, schema, version, writer, loaded}
MERGE (meta:Meta {name: 'kg'})
SET meta += $meta
WITH meta
OPTIONAL MATCH (gone:Source) WHERE NOT gone.name IN [source IN $sources | source.name]
DETACH DELETE gone
WITH DISTINCT meta
UNWIND $sources AS source
MERGE (n:Source {name: source.name})
SET n = source
