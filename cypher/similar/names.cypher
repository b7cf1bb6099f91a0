// The live concepts of a vocabulary or release with what tells them apart: names, parents, types.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, labels: LIST<STRING> (node labels), keys: LIST<STRING> (name
//   keys of English label and exact names), parents: LIST<STRING> (CURIEs)
MATCH (concept:Concept)
WHERE concept[$property] = $value AND concept.obsolete IS NULL AND concept.name IS NOT NULL
RETURN concept.id AS id, concept.name AS name, concept.vocabulary AS vocabulary, labels(concept) AS labels,
       COLLECT {
         MATCH (concept)-[has:HAS_NAME]->(name:Name)
         WHERE has.scope IN ['LABEL', 'EXACT'] AND has.language = 'en'
         RETURN DISTINCT name.key
       } AS keys,
       COLLECT { MATCH (concept)-[:SUBCLASS_OF]->(parent:Concept) RETURN DISTINCT parent.id } AS parents
ORDER BY id
