// Remove the record of a model before its vectors are replaced: a killed enrichment then starts again.
// access: WRITE
MATCH (meta:Meta {name: 'embeddings'})
DELETE meta
