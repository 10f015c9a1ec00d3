-- name: Browsers
SELECT COUNT(*) FROM known_browser WHERE account = $1 AND until > $2;

-- name: Last
-- The newest request: how an account was last used.
SELECT state, app, place, ip, made FROM request WHERE account = $1 ORDER BY made DESC, seq DESC LIMIT 1;
