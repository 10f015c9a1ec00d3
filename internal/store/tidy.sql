-- What is over, a part at a time: each of these removes at most $2 rows.

-- name: Tries
DELETE FROM try WHERE seq IN (SELECT seq FROM try USING_INDEX(try_at) WHERE at <= $1 ORDER BY at LIMIT $2);

-- name: Browsers
DELETE FROM known_browser
 WHERE (account, cookie) IN (SELECT account, cookie FROM known_browser USING_INDEX(known_browser_until)
                              WHERE until <= $1 ORDER BY until LIMIT $2);

-- name: Locks
DELETE FROM password_lock WHERE key IN (SELECT key FROM password_lock USING_INDEX(password_lock_ends) WHERE ends <= $1 ORDER BY ends LIMIT $2);

-- name: Networks
-- Like other addresses no longer than those are kept.
DELETE FROM familiar_network
 WHERE (account, network) IN (SELECT account, network FROM familiar_network USING_INDEX(familiar_network_until)
                               WHERE until <= $1 ORDER BY until LIMIT $2);

-- name: Sessions
-- Nobody ended them.
DELETE FROM session WHERE id IN (SELECT id FROM session USING_INDEX(session_ends) WHERE ends <= $1 ORDER BY ends LIMIT $2);

-- name: EndedSessions
DELETE FROM session
 WHERE id IN (SELECT id FROM session USING_INDEX(session_ended) WHERE ended IS NOT NULL AND ended <= $1 ORDER BY ended LIMIT $2);

-- name: Visits
DELETE FROM visit WHERE id IN (SELECT id FROM visit USING_INDEX(visit_ends) WHERE ends <= $1 ORDER BY ends LIMIT $2);

-- name: Changes
DELETE FROM pin_change
 WHERE device IN (SELECT device FROM pin_change USING_INDEX(pin_change_expires) WHERE expires <= $1 ORDER BY expires LIMIT $2);

-- name: Told
-- Its notices go with it.
DELETE FROM told WHERE event IN (SELECT event FROM told USING_INDEX(told_at) WHERE at <= $1 ORDER BY at LIMIT $2);

-- name: Addresses
-- Of requests.
UPDATE request SET ip = ''
 WHERE seq IN (SELECT seq FROM request USING_INDEX(request_address) WHERE ip <> '' AND made <= $1 ORDER BY made LIMIT $2);

-- name: OfAccount
-- Requests of an account that is about to be removed.
DELETE FROM request
 WHERE seq IN (SELECT seq FROM request USING_INDEX(request_settled) WHERE account = $1 AND settled IS NOT NULL ORDER BY settled LIMIT $2);
