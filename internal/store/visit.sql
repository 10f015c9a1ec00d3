-- Sign-ins that applications ask for. The cookie is kept as SHA-256.

-- name: Insert
INSERT INTO visit (id, browser, app, acr, since, silent, name, language, door, next, state, made, ends)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: ByID
SELECT id, app, acr, since, silent, name, language, door, next, state, made, ends
  FROM visit WHERE id = $1 AND browser = $2;

-- name: End
UPDATE visit SET state = $1, ended = $2 WHERE id = $3 AND browser = $4 AND state = 'open' AND ends > $2;
