-- name: Tries
DELETE FROM try WHERE at <= $1;

-- name: Browsers
DELETE FROM known_browser WHERE until <= $1;

-- name: Sessions
DELETE FROM session WHERE ends <= $1 OR ended <= $1;

-- name: Changes
DELETE FROM pin_change WHERE expires <= $1;

-- name: Told
-- Its notices go with it.
DELETE FROM told WHERE at <= $1;
