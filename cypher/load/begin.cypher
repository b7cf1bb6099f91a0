// Mark a database as kg's before the first row is written, so that a load that is killed can be taken up again.
// access: WRITE
// $graph_id: STRING
MERGE (meta:Meta {name: 'kg'})
ON CREATE SET meta.graph_id = $graph_id
