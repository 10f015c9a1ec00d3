-- Letters that no mail server has taken yet: see notice.Courier.

-- name: Due
SELECT id FROM letter WHERE due <= $1 ORDER BY due LIMIT 1;

-- name: Claim
-- Compare and swap: of any number of nodes one gets it, and nobody else before $1.
UPDATE letter SET due = $1, tries = tries + 1
 WHERE id = (SELECT id FROM letter WHERE due <= $2 ORDER BY due LIMIT 1) AND due <= $2
RETURNING id, event, account, role, address, language, name, kind, at, phone, origin, place, remaining, reference, tries;

-- name: End
-- By who has the claim: the number of its try is its name.
DELETE FROM letter WHERE id = $1 AND tries = $2;

-- name: Delay
UPDATE letter SET due = $1 WHERE id = $2 AND tries = $3;
