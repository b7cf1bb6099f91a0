// Write vectors of concepts by the fast path; a node that is gone is passed over.
// access: WRITE
// $rows: LIST<MAP {id: STRING (CURIE), vector: VECTOR<FLOAT32>}>
UNWIND $rows AS row
MATCH (n:Concept {id: row.id})
CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector)
