// Tie concepts to their names.
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING, properties: MAP}>
UNWIND $rows AS row
MATCH (concept:Concept {id: row.subject})
MATCH (name:Name {key: row.object})
MERGE (concept)-[r:HAS_NAME {id: row.id}]->(name)
SET r = row.properties
