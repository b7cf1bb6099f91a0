// Every relationship of a graph that kg did not make.
// access: READ
// $id: STRING, the property that identifies a node
// returns id: STRING (the server's own, unique in its database), subject: ANY or null, predicate: STRING (its type),
//   object: ANY or null, properties: MAP
MATCH (subject)-[relationship]->(object)
RETURN elementId(relationship) AS id, subject[$id] AS subject, type(relationship) AS predicate, object[$id] AS object,
       properties(relationship) AS properties
