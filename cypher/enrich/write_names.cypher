// Write vectors of names by the fast path; a node that is gone is passed over.
// access: WRITE
// $rows: LIST<MAP {id: STRING (key), vector: VECTOR<FLOAT32>}>
UNWIND $rows AS row
MATCH (n:Name {key: row.id})
CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector)
