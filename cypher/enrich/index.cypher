// A vector index that is not filtered inside (`NAME`; `LABEL`: Concept, Name or Variant; `DIMENSIONS`: D).
// access: SCHEMA
CREATE VECTOR INDEX NAME IF NOT EXISTS
FOR (n:LABEL) ON (n.embedding)
OPTIONS { indexConfig: { `vector.dimensions`: DIMENSIONS, `vector.similarity_function`: 'cosine' } }
