-- Recovery codes. An account keeps the hashes of one list.

-- name: MayClaimCodes
-- Says what ClaimCodes would do.
SELECT COUNT(*) FROM account
 WHERE id = $1 AND NOT codes_made
   AND EXISTS (SELECT 1 FROM activation USING_INDEX(activation_session)
                WHERE account = $1 AND session = $2 AND purpose = 'first' AND state = 'active');

-- name: ClaimCodes
-- Once, by the session that made the first activation.
UPDATE account SET codes_made = TRUE
 WHERE id = $1 AND NOT codes_made
   AND EXISTS (SELECT 1 FROM activation USING_INDEX(activation_session)
                WHERE account = $1 AND session = $2 AND purpose = 'first' AND state = 'active');

-- name: RenewCodes
-- By an approval, which another statement has used up.
UPDATE account SET codes_made = TRUE, codes_saved = FALSE WHERE id = $1;

-- name: SaveCodes
UPDATE account SET codes_saved = TRUE WHERE id = $1 AND codes_made AND NOT codes_saved;

-- name: TakeCode
-- Taken before the code is compared: of any number in a row, $2 are.
UPDATE account SET code_tries = code_tries + 1 WHERE id = $1 AND code_tries < $2
RETURNING code_tries;

-- name: RightCode
-- Whoever has one is no guesser of codes or numbers.
UPDATE account SET code_tries = 0, numbers = 0, stopped = FALSE WHERE id = $1;

-- name: RightCodes
-- An approval: whoever has the phone may go on guessing.
UPDATE account SET code_tries = 0 WHERE id = $1 AND code_tries > 0;

-- name: UnusedCode
-- The one hash that has to be compared.
SELECT hash FROM recovery_code WHERE account = $1 AND symbols = $2 AND used IS NULL;

-- name: SpendCode
-- Compare and swap: once, and only while its list is the account's.
UPDATE recovery_code SET used = $1 WHERE account = $2 AND symbols = $3 AND hash = $4 AND used IS NULL;

-- name: AddCode
INSERT INTO recovery_code (account, symbols, hash) VALUES ($1, $2, $3);

-- name: DropCodes
DELETE FROM recovery_code WHERE account = $1;

-- name: CodesLeft
SELECT codes_made, codes_saved, (SELECT COUNT(*) FROM recovery_code WHERE account = $1 AND used IS NULL)
  FROM account WHERE id = $1;
