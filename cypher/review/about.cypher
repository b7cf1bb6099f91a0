// What a curator wants to know of concepts: definition, other names, the codes that each groups, and how much it is used.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), name: STRING, definition: STRING (null where unknown), names: LIST<STRING> (exact names, 6 at
//   most), codes: LIST<STRING> (CURIE and name, 8 at most), grouped: INTEGER (codes), associations: INTEGER
UNWIND $ids AS id
MATCH (concept:Concept {id: id})
RETURN id, concept.name AS name, concept.definition AS definition,
       COLLECT {
         MATCH (concept)-[has:HAS_NAME]->(name:Name)
         WHERE has.scope = 'EXACT' AND has.language = 'en' AND name.key <> toLower(coalesce(concept.name, ''))
         WITH name, min(has.text) AS text
         RETURN text ORDER BY size(text), text LIMIT 6
       } AS names,
       COLLECT {
         MATCH (concept)-[:GROUPS]->(code:Concept)
         WITH DISTINCT code
         RETURN code.id + coalesce(' ' + code.name, '') AS text ORDER BY text LIMIT 8
       } AS codes,
       COUNT { MATCH (concept)-[:GROUPS]->(code:Concept) RETURN DISTINCT code } AS grouped,
       COUNT { (concept)<-[:ASSOCIATED_WITH]-() } AS associations
