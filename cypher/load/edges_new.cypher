// Write evidence of one type that the database has not for certain (`TYPE`, `FROM`, `TO` are replaced).
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING, properties: MAP}>
UNWIND $rows AS row
MATCH (subject:`FROM` {id: row.subject})
MATCH (object:`TO` {id: row.object})
CREATE (subject)-[r:`TYPE`]->(object)
SET r = row.properties
