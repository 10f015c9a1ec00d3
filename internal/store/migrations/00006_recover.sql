-- +goose Up
-- Recovery codes that can be tried, and phones that are lost.
ALTER TABLE account ADD COLUMN code_tries BIGINT NOT NULL DEFAULT 0;      -- at recovery codes, in a row; taken before they are judged
ALTER TABLE account ADD COLUMN codes_saved BOOLEAN NOT NULL DEFAULT FALSE; -- the person has shown that the list was kept
UPDATE account SET codes_saved = codes_made;

-- A phone that was named as lost is removed at a time, whether or not anybody writes that down.
ALTER TABLE device ADD COLUMN leaves BIGINT;
ALTER TABLE device ADD COLUMN successor TEXT NOT NULL DEFAULT '';          -- device that was set up in its place
CREATE INDEX device_successor ON device (successor) WHERE leaves IS NOT NULL;
