// Variants that have a vector.
// access: READ
// returns id: STRING (CURIE)
MATCH (v:Variant)
WHERE v.embedding IS NOT NULL
RETURN v.id AS id
