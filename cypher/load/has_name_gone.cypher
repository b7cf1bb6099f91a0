// Remove names of concepts.
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING}>
UNWIND $rows AS row
MATCH (:Concept {id: row.subject})-[r:HAS_NAME {id: row.id}]->(:Name {key: row.object})
DELETE r
