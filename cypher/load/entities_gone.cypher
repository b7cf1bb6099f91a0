// Remove concepts or variants (`LABEL` is replaced) that no source names any more, with the computed links of theirs.
// access: WRITE
// $rows: LIST<MAP {id: STRING}>
UNWIND $rows AS row
MATCH (n:`LABEL` {id: row.id})
DETACH DELETE n
