// The loaded sources, for the metadata of an export.
// access: READ
// returns name: STRING, title: STRING, version: STRING, licence: STRING, url: STRING, citation: STRING
MATCH (source:Source)
RETURN source.name AS name, source.title AS title, source.version AS version, source.licence AS licence,
  source.url AS url, source.citation AS citation
ORDER BY name
