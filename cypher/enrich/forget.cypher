// Remove the records of the model whose vectors the graph has or was given, before they are replaced.
// access: WRITE
MATCH (meta:Meta)
WHERE meta.name IN ['embeddings', 'embeddings begun']
DELETE meta
