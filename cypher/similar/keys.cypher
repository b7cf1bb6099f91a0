// The name keys of concepts.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), keys: LIST<STRING>, the preferred label's first where it is a name of the concept
UNWIND $ids AS id
MATCH (concept:Concept {id: id})-[has:HAS_NAME]->(name:Name)
WHERE has.language = 'en'
WITH id, name.key AS key, min(CASE has.scope WHEN 'LABEL' THEN 0 ELSE 1 END) AS place ORDER BY place, key
RETURN id, collect(key) AS keys
