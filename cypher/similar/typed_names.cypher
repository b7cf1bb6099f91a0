// Names of typed concepts of every vocabulary, from which the type of a text is learned.
// access: READ
// $most: INTEGER (concepts of one vocabulary and type)
// returns vocabulary: STRING, type: STRING (label beside Concept), count: INTEGER (concepts), names: LIST<STRING>
MATCH (concept:Concept)
WHERE concept.name IS NOT NULL AND concept.obsolete IS NULL AND size(labels(concept)) > 1
WITH concept.vocabulary AS vocabulary, head([label IN labels(concept) WHERE label <> 'Concept']) AS type, concept
WHERE NOT type IN ['Code', 'Study']
WITH vocabulary, type, concept ORDER BY concept.id
WITH vocabulary, type, collect(concept.name) AS names
RETURN vocabulary, type, size(names) AS count,
       CASE WHEN size(names) > $most
            THEN [i IN range(0, $most - 1) | names[toInteger(floor(i * toFloat(size(names)) / $most))]]
            ELSE names END AS names
ORDER BY vocabulary, type
