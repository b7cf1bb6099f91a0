// Remove names that no concept has any more.
// access: WRITE
// $rows: LIST<MAP {key: STRING}>
UNWIND $rows AS row
MATCH (n:Name {key: row.key})
DETACH DELETE n
