// Which graph this is.
// access: READ
// returns graph: STRING (its id) or null, kg: STRING (the version that wrote it), flags: LIST<STRING> (membership flags)
OPTIONAL MATCH (meta:Meta {name: 'kg'})
RETURN meta.graph_id AS graph, meta.version AS kg, coalesce(meta.flags, []) AS flags
