// The embeddings of names.
// access: READ
// $keys: LIST<STRING> (name keys)
// returns key: STRING, vector: LIST<FLOAT> (unit length)
UNWIND $keys AS key
MATCH (name:Name {key: key})
WHERE name.embedding IS NOT NULL
RETURN name.key AS key, name.embedding AS vector
