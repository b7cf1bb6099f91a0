// Remove all vectors, so that none of another model is left on a node that the new one does not encode.
// access: WRITE
MATCH (n:Concept|Name|Variant)
WHERE n.embedding IS NOT NULL
CALL (n) { REMOVE n.embedding } IN TRANSACTIONS OF 10000 ROWS
