// What has become of concepts: whether they are still live, belong to a vocabulary or release, and what replaces them.
// access: READ
// $ids: LIST<STRING> (CURIEs), $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), name: STRING (null of one that is only referred to), live: BOOLEAN, member: BOOLEAN,
//   heirs: LIST<MAP {id: STRING, name: STRING, member: BOOLEAN}> (live ends of its chains of replacements)
UNWIND $ids AS id
MATCH (given:Concept {id: id})
RETURN id, given.name AS name, given.name IS NOT NULL AND given.obsolete IS NULL AS live,
       coalesce(given[$property] = $value, false) AS member,
       COLLECT {
         MATCH (given)-[:REPLACED_BY*1..5]->(heir:Concept)
         WHERE heir.name IS NOT NULL AND heir.obsolete IS NULL AND NOT EXISTS { (heir)-[:REPLACED_BY]->(:Concept) }
         WITH DISTINCT heir ORDER BY heir.id
         RETURN {id: heir.id, name: heir.name, member: coalesce(heir[$property] = $value, false)}
       } AS heirs
