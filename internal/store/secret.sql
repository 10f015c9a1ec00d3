-- name: Get
SELECT sealed FROM secret WHERE name = $1;

-- name: Keep
-- Of several nodes that start on an empty database one is first, and all use its.
INSERT INTO secret (name, sealed, made) VALUES ($1, $2, $3)
ON CONFLICT (name) DO NOTHING;

-- name: Replace
INSERT INTO secret (name, sealed, made) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, made = excluded.made;
