// Name keys, each with one of its spellings.
// access: READ
// returns key: STRING, text: STRING, written: BOOLEAN (it has a vector)
MATCH (name:Name)
RETURN name.key AS key, coalesce(head([(name)<-[has:HAS_NAME]-() | has.text]), name.key) AS text,
       name.embedding IS NOT NULL AS written
