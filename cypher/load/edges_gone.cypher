// Remove evidence of one type between nodes of two labels (`TYPE`, `FROM`, `TO` are replaced).
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING}>
UNWIND $rows AS row
MATCH (:`FROM` {id: row.subject})-[r:`TYPE` {id: row.id}]->(:`TO` {id: row.object})
DELETE r
