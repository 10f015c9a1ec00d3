-- Sessions and known browsers. Cookies are kept as SHA-256.

-- name: Insert
INSERT INTO session (id, account, cookie, way, unlock, device, request, proven_at, agent, ip, begun, used, ends, visit)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: ByCookie
-- One that has ended, was idle too long, or whose account may not sign in is none.
SELECT s.id, s.account, s.way, s.unlock, s.device, s.request, s.proven_at, s.agent, s.ip, s.begun, s.used, s.ends, s.visit,
       s.way IN ('password', 'recovery')
         AND EXISTS (SELECT 1 FROM activation t
                      WHERE t.session = s.id AND t.purpose IN ('first', 'recover') AND t.state = 'active'),
       s.way = 'password' AND NOT a.first_phone
  FROM session s JOIN account a ON a.id = s.account
 WHERE s.cookie = $1 AND s.ended IS NULL AND s.ends > $2 AND s.used > $3 AND a.state = 'active';

-- name: Under
-- The one under a cookie, if it hasn't ended.
SELECT id, account FROM session WHERE cookie = $1 AND ended IS NULL;

-- name: Recovers
-- A session that a recovery code has opened may set up one phone ($3: the set-up that asks).
SELECT COUNT(*) FROM session s
 WHERE s.id = $1 AND s.account = $2 AND s.way = 'recovery' AND s.ended IS NULL AND s.ends > $4
   AND NOT EXISTS (SELECT 1 FROM activation t
                    WHERE t.session = s.id AND t.purpose = 'recover' AND t.state = 'active' AND t.id <> $3);

-- name: Lives
SELECT COUNT(*) FROM session WHERE id = $1 AND account = $2 AND ended IS NULL AND ends > $3;

-- name: HasEnded
SELECT COUNT(*) FROM session WHERE id = $1 AND ended IS NOT NULL;

-- name: Use
UPDATE session SET used = $1 WHERE id = $2 AND used < $1 AND ended IS NULL;

-- name: End
UPDATE session SET ended = $1 WHERE id = $2 AND ended IS NULL RETURNING id, account;

-- name: EndAll
UPDATE session USING_INDEX(session_account) SET ended = $1 WHERE account = $2 AND ended IS NULL RETURNING id, account;

-- name: EndOfDevice
-- What a device has approved, and what came by a recovery code.
UPDATE session USING_INDEX(session_account) SET ended = $1
 WHERE account = $2 AND (device = $3 OR way = 'recovery') AND ended IS NULL
RETURNING id, account;

-- name: EndRecovered
-- What came by a recovery code: after a report or an alarm it sets up no phone.
UPDATE session USING_INDEX(session_account) SET ended = $1 WHERE account = $2 AND way = 'recovery' AND ended IS NULL RETURNING id, account;

-- name: EndOthers
UPDATE session USING_INDEX(session_account) SET ended = $1 WHERE account = $2 AND id <> $3 AND ended IS NULL RETURNING id, account;

-- name: EndOfRequest
-- What came of one sign-in.
UPDATE session USING_INDEX(session_request) SET ended = $1 WHERE request = $2 AND account = $3 AND ended IS NULL RETURNING id, account;

-- name: Browsers
-- How many are known, and until when the one with this cookie is.
SELECT COUNT(*), MAX(CASE WHEN cookie = $2 THEN until END) FROM known_browser WHERE account = $1 AND until > $3;

-- name: Forget
DELETE FROM known_browser WHERE account = $1 AND cookie = $2;

-- name: Known
SELECT COUNT(*) FROM known_browser WHERE account = $1 AND cookie = $2 AND until > $3;

-- name: Remember
INSERT INTO known_browser (account, cookie, until) VALUES ($1, $2, $3)
ON CONFLICT (account, cookie) DO UPDATE SET until = excluded.until;

-- name: MoveBrowser
-- A value that was known before is worth nothing: all its rows move to the new one.
UPDATE known_browser SET cookie = $1 WHERE cookie = $2;

-- name: ForgetAll
DELETE FROM known_browser WHERE account = $1;
