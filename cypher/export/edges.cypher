// The edges among selected nodes that leave nodes of one label (`LABEL` is replaced by Concept or Variant), ordered by subject
// off the index and then by predicate, object and id. Names are no edges here.
// access: READ
// $ids: LIST<STRING> or null: only between these; $types: LIST<STRING> or null: only between nodes of these; $prefixes:
//   LIST<STRING> or null and $flags: LIST<STRING>: only between nodes with one of these prefixes or membership flags;
//   $sources: LIST<STRING> or null: only of these; $variants: BOOLEAN: an object may be a variant
// returns subject: STRING (CURIE), predicate: STRING, object: STRING (CURIE), properties: MAP
MATCH (a:`LABEL`)
WHERE a.id > ''
  AND ($ids IS NULL OR a.id IN $ids)
  AND ($types IS NULL OR any(label IN labels(a) WHERE label IN $types))
  AND ($prefixes IS NULL OR split(a.id, ':')[0] IN $prefixes OR any(flag IN $flags WHERE a[flag]))
MATCH (a)-[r]->(b:Concept|Variant)
WHERE ($sources IS NULL OR r.source IN $sources)
  AND ($variants OR NOT b:Variant)
  AND ($ids IS NULL OR b.id IN $ids)
  AND ($types IS NULL OR any(label IN labels(b) WHERE label IN $types))
  AND ($prefixes IS NULL OR split(b.id, ':')[0] IN $prefixes OR any(flag IN $flags WHERE b[flag]))
RETURN a.id AS subject, type(r) AS predicate, b.id AS object, properties(r) AS properties
ORDER BY a.id, predicate, object, r.id, r.subject_source, r.object_source
