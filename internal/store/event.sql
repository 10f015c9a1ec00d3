-- name: Append
INSERT INTO event (kind) VALUES ($1);
