// Write evidence of one type between nodes of two labels (`TYPE`, `FROM`, `TO` are replaced).
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING, properties: MAP}>
UNWIND $rows AS row
MATCH (subject:`FROM` {id: row.subject})
MATCH (object:`TO` {id: row.object})
MERGE (subject)-[r:`TYPE` {id: row.id}]->(object)
SET r = row.properties
