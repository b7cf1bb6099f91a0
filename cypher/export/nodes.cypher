// The selected nodes of one label (`LABEL` is replaced by Concept or Variant) with their names, ordered by id off the index.
// access: READ
// $ids: LIST<STRING> or null: only these; $types: LIST<STRING> or null: only of these; $prefixes: LIST<STRING> or null and
//   $flags: LIST<STRING>: only with one of these prefixes or membership flags; $sources: LIST<STRING> or null: only names of
//   these, and without $ids only nodes that these describe or that are ends of their edges; $variants: BOOLEAN: an end may be a variant; $left_out: LIST<STRING>
//   properties that are not wanted
// returns id: STRING (CURIE), labels: LIST<STRING>, properties: LIST<LIST> (key and value), names: LIST<MAP>
MATCH (n:`LABEL`)
WHERE n.id > ''
  AND ($ids IS NULL OR n.id IN $ids)
  AND ($types IS NULL OR any(label IN labels(n) WHERE label IN $types))
  AND ($prefixes IS NULL OR split(n.id, ':')[0] IN $prefixes OR any(flag IN $flags WHERE n[flag]))
  AND ($sources IS NULL OR $ids IS NOT NULL OR any(source IN n.sources WHERE source IN $sources) OR EXISTS {
    MATCH (n)-[r]-(m:Concept|Variant)
    WHERE r.source IN $sources
      AND ($variants OR NOT m:Variant)
      AND ($types IS NULL OR any(label IN labels(m) WHERE label IN $types))
      AND ($prefixes IS NULL OR split(m.id, ':')[0] IN $prefixes OR any(flag IN $flags WHERE m[flag]))
  })
RETURN n.id AS id, labels(n) AS labels, [key IN keys(n) WHERE NOT key IN $left_out | [key, n[key]]] AS properties,
  COLLECT {
    MATCH (n)-[h:HAS_NAME]->(name:Name)
    WHERE $sources IS NULL OR h.source IN $sources
    RETURN h {.*, key: name.key, embedding: CASE WHEN 'embedding' IN $left_out THEN null ELSE name.embedding END}
  } AS names
ORDER BY n.id
