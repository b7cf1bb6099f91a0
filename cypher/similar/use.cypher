// How often published studies use a trait: its associations with variants, also those filed under an id that it replaces.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), associations: INTEGER
MATCH (filed:Concept)<-[association:ASSOCIATED_WITH]-(:Variant)
WITH filed, count(association) AS associations
MATCH (filed)-[:REPLACED_BY*0..5]->(concept:Concept)
WHERE concept[$property] = $value AND concept.obsolete IS NULL
RETURN concept.id AS id, sum(associations) AS associations
