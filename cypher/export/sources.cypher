// The loaded sources, for the metadata of an export.
// access: READ
// returns name: STRING, version: STRING, licence: STRING
MATCH (source:Source)
RETURN source.name AS name, source.version AS version, source.licence AS licence
ORDER BY name
