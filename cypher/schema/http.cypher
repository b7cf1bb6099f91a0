// Where the server listens to web browsers.
// access: READ
// returns name: STRING (of a setting), value: STRING
SHOW SETTINGS 'server.http.enabled', 'server.http.advertised_address', 'server.https.advertised_address'
YIELD name, value
RETURN name, value
