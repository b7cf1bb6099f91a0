// Write variants; a property that is null is removed, an embedding is kept.
// access: WRITE
// $rows: LIST<MAP {id: STRING, properties: MAP}>
UNWIND $rows AS row
MERGE (n:Variant {id: row.id})
SET n += row.properties
