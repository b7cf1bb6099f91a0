// The concepts of a vocabulary or release that curators found no counterpart for in another; an obsolete one stands for what
// replaces it.
// access: READ
// $source_property: STRING ('vocabulary' or a membership flag), $source_value: STRING or BOOLEAN, $target: STRING (vocabulary or
//   release, in lower case)
// returns subject_id: STRING (CURIE), subject_label: STRING, author_id: STRING (parted by |), comment: STRING (null where there is
//   none)
MATCH (concept:Concept)-[said:NO_COUNTERPART]->(:Concept {id: 'sssom:NoTermFound'})
WHERE said.mapping_justification = 'semapv:ManualMappingCuration' AND said.author_id IS NOT NULL
  AND toLower(split(said.context, ':')[-1]) = $target
MATCH (concept)-[:REPLACED_BY*0..5]->(subject:Concept)
WHERE subject[$source_property] = $source_value AND subject.obsolete IS NULL
RETURN DISTINCT subject.id AS subject_id, subject.name AS subject_label, said.author_id AS author_id, said.comment AS comment
ORDER BY subject_id, author_id, comment
