// The live concepts of some vocabularies that have a name with all of some words in it, the shortest such name first.
// access: READ
// $words: LIST<STRING> (of a name key: case folded), $vocabularies: LIST<STRING>, $top: INTEGER
// returns id: STRING (CURIE), name: STRING, matched: STRING (the name that has the words)
MATCH (found:Name)
WHERE all(word IN $words WHERE found.key CONTAINS word)
MATCH (found)<-[has:HAS_NAME]-(concept:Concept)
WHERE concept.vocabulary IN $vocabularies AND concept.obsolete IS NULL AND concept.name IS NOT NULL
WITH concept, has.text AS text ORDER BY size(text), text
WITH concept, head(collect(text)) AS matched
RETURN concept.id AS id, concept.name AS name, matched
ORDER BY size(matched), id LIMIT $top
