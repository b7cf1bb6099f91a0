// ICD's three-character categories with the codes below them: like PheCodes, they group codes.
// access: READ
// $exclude: LIST<STRING> (vocabularies that are left out)
// returns id: STRING (CURIE), keys: LIST<STRING> (the category's name keys), code: STRING (CURIE), code_keys: LIST<STRING>
MATCH (code:Code)-[:SUBCLASS_OF]->(category:Code)
WHERE category.vocabulary IN ['icd9', 'icd9cm', 'icd10', 'icd10cm'] AND NOT category.vocabulary IN $exclude
  AND NOT category.id CONTAINS '.'
WITH DISTINCT category, code
RETURN category.id AS id, COLLECT { MATCH (category)-[:HAS_NAME]->(name:Name) RETURN DISTINCT name.key } AS keys,
       code.id AS code, COLLECT { MATCH (code)-[:HAS_NAME]->(name:Name) RETURN DISTINCT name.key } AS code_keys
ORDER BY id, code
