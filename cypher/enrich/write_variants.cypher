// Write vectors of variants by the fast path; a node that is gone is passed over.
// access: WRITE
// $rows: LIST<MAP {id: STRING (CURIE), vector: VECTOR<FLOAT32>}>
UNWIND $rows AS row
MATCH (n:Variant {id: row.id})
CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector)
