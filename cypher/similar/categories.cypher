// ICD's three-character categories with the codes below them: like PheCodes, they group codes.
// access: READ
// $exclude: LIST<STRING> (vocabularies that are left out)
// returns id: STRING (CURIE), codes: LIST<STRING> (CURIEs)
MATCH (code:Code)-[:SUBCLASS_OF]->(category:Code)
WHERE category.vocabulary IN ['icd9', 'icd9cm', 'icd10', 'icd10cm'] AND NOT category.vocabulary IN $exclude
  AND NOT category.id CONTAINS '.'
WITH DISTINCT category, code ORDER BY code.id
RETURN category.id AS id, collect(code.id) AS codes
ORDER BY id
