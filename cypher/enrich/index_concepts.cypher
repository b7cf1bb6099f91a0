// The vector index of concepts, filtered inside by vocabulary and membership (`FLAGS`: n.in_efo, …; `DIMENSIONS`: D).
// access: SCHEMA
CYPHER 25
CREATE VECTOR INDEX concept_embedding IF NOT EXISTS
FOR (n:Concept) ON n.embedding
WITH [n.vocabulary, FLAGS]
OPTIONS { indexConfig: { `vector.dimensions`: DIMENSIONS, `vector.similarity_function`: 'cosine' } }
