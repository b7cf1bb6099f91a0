// Write name nodes.
// access: WRITE
// $rows: LIST<MAP {key: STRING}>
UNWIND $rows AS row
MERGE (:Name {key: row.key})
