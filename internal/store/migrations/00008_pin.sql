-- +goose Up
-- A PIN change that has begun for a device: one, until it is finished, or a newer
-- one has begun. Spec §11.2.
CREATE TABLE pin_change (
  device     TEXT   PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
  epoch      BIGINT NOT NULL,          -- of the new key
  agree_key  BYTEA  NOT NULL,          -- the phone's
  private    BYTEA  NOT NULL,          -- the server's agree key, sealed
  server_key BYTEA  NOT NULL,
  nonce      BYTEA  NOT NULL,
  expires    BIGINT NOT NULL
);
CREATE INDEX pin_change_expires ON pin_change (expires);

-- Where a device's newest answer came from: when there are two copies of it, the
-- record shows both addresses.
ALTER TABLE device ADD COLUMN answered_from TEXT NOT NULL DEFAULT '';
