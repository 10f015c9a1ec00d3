-- Changing the PIN of a phone: it begins for each of its devices, and is finished
-- for all at once.

-- name: Begin
-- Not while another account is being set up on the phone: its key would be sealed
-- under the PIN of before.
INSERT INTO pin_change (device, epoch, agree_key, private, server_key, nonce, expires)
SELECT d.id, $1, $2, $3, $4, $5, $6
  FROM device d
 WHERE d.id = $7 AND d.state = 'active' AND d.unlock = 'pin' AND d.epoch + 1 = $1
   AND NOT EXISTS (SELECT 1 FROM device n USING_INDEX(device_on_phone) WHERE n.phone = d.phone AND n.state <> 'removed' AND n.state = 'new');

-- name: ByDevice
SELECT device, epoch, agree_key, private, server_key, nonce, expires FROM pin_change WHERE device = $1;

-- name: Finish
-- Compare and swap: of any number of finishes of one change, one gets it.
UPDATE device SET kk = $1, epoch = $2
 WHERE id = $3 AND phone = $4 AND state = 'active' AND unlock = 'pin' AND epoch + 1 = $2
   AND EXISTS (SELECT 1 FROM pin_change c WHERE c.device = $3 AND c.epoch = $2 AND c.nonce = $5 AND c.expires > $6)
RETURNING id, account;

-- name: Drop
DELETE FROM pin_change WHERE device = $1;

-- name: Share
-- How many devices have to change together: those that use the PIN, and those that
-- are about to.
SELECT COUNT(*) FROM device USING_INDEX(device_on_phone)
 WHERE phone = $1 AND state <> 'removed' AND (state = 'new' OR state = 'active' AND unlock = 'pin');
