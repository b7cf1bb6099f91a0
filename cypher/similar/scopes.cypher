// What can be mapped: vocabularies by the prefix of their ids, and releases by the membership flag of their live terms.
// access: READ
// returns property: STRING ('vocabulary' or a flag such as in_efo), value: STRING (the prefix) or BOOLEAN (true)
CALL () {
  CALL db.propertyKeys() YIELD propertyKey
  WHERE propertyKey STARTS WITH 'in_'
    AND EXISTS { MATCH (member:Concept) WHERE member[propertyKey] = true }  // a server lists keys that nobody has any more
  RETURN propertyKey AS property, true AS value
  UNION ALL
  MATCH (concept:Concept)
  WHERE concept.name IS NOT NULL
  RETURN DISTINCT 'vocabulary' AS property, concept.vocabulary AS value
}
RETURN property, value ORDER BY property, value
