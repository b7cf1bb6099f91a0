// Tie concepts to names that they have not for certain.
// access: WRITE
// $rows: LIST<MAP {id: STRING, subject: STRING, object: STRING, properties: MAP}>
UNWIND $rows AS row
MATCH (concept:Concept {id: row.subject})
MATCH (name:Name {key: row.object})
CREATE (concept)-[r:HAS_NAME]->(name)
SET r = row.properties
