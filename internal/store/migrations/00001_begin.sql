-- +goose Up
-- Times are Unix seconds. "seq" tells which row came first within a second; step
-- 2 makes PostgreSQL count it too. Sealed values are those of spec §19.

CREATE TABLE event (
  seq       INTEGER PRIMARY KEY,
  kind      TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  account   TEXT   NOT NULL,
  device    TEXT   NOT NULL,
  subject   TEXT   NOT NULL,
  reference TEXT   NOT NULL,
  detail    TEXT   NOT NULL            -- JSON object of short texts
);
CREATE INDEX event_refused ON event (account, seq) WHERE kind = 'activation.refused';

CREATE TABLE account (
  id          TEXT    PRIMARY KEY,
  name        TEXT    NOT NULL,
  folded      TEXT    NOT NULL UNIQUE, -- what two names may not share
  email       TEXT    NOT NULL,
  language    TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('active', 'disabled')),
  first_phone BOOLEAN NOT NULL,        -- the next phone is a first one
  numbers     BIGINT  NOT NULL,        -- wrong numbers in a row; taken before they are judged
  stopped     BOOLEAN NOT NULL,        -- too many of them: its phones may not answer
  quiet       BIGINT,                  -- until then no push and no change of phones
  codes_made  BOOLEAN NOT NULL,        -- it has got recovery codes
  password    TEXT    NOT NULL,        -- Argon2id
  added       BIGINT  NOT NULL
);

CREATE TABLE recovery_code (
  account TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  symbols TEXT   NOT NULL,             -- the first two
  hash    TEXT   NOT NULL,             -- Argon2id
  used    BIGINT,
  PRIMARY KEY (account, symbols)
);

-- Tries of everything that is counted within a time. A row is a try.
CREATE TABLE try (
  seq INTEGER PRIMARY KEY,
  key TEXT   NOT NULL,
  at  BIGINT NOT NULL
);
CREATE INDEX try_key ON try (key, at);
CREATE INDEX try_at ON try (at);

CREATE TABLE session (
  id        TEXT   PRIMARY KEY,
  account   TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  cookie    BYTEA  NOT NULL UNIQUE,    -- SHA-256
  way       TEXT   NOT NULL,           -- how the person got in, with
  unlock    TEXT   NOT NULL,
  device    TEXT   NOT NULL,
  request   TEXT   NOT NULL,
  proven_at BIGINT NOT NULL,
  agent     TEXT   NOT NULL,
  ip        TEXT   NOT NULL,
  begun     BIGINT NOT NULL,
  used      BIGINT NOT NULL,
  ends      BIGINT NOT NULL,
  ended     BIGINT
);
CREATE INDEX session_account ON session (account) WHERE ended IS NULL;

CREATE TABLE known_browser (
  account TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  cookie  BYTEA  NOT NULL,             -- SHA-256
  until   BIGINT NOT NULL,
  PRIMARY KEY (account, cookie)
);
CREATE INDEX known_browser_cookie ON known_browser (cookie);

-- What the devices of one phone share.
CREATE TABLE phone (
  id           TEXT    PRIMARY KEY,
  taken        BIGINT  NOT NULL,       -- PIN tries in a row, taken before they are judged
  wrong        BIGINT  NOT NULL,       -- those judged wrong
  tried        BIGINT,                 -- when the last was taken
  credential   BYTEA,                  -- id, of the phone's own unlock
  public_key   BYTEA,
  sign_count   BIGINT  NOT NULL,
  backup       BOOLEAN NOT NULL,       -- flag BE
  backed_up    BOOLEAN NOT NULL        -- flag BS
);

CREATE TABLE device (
  seq        INTEGER PRIMARY KEY,
  id         TEXT   NOT NULL UNIQUE,
  account    TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  phone      TEXT   NOT NULL REFERENCES phone (id),
  name       TEXT   NOT NULL,
  platform   TEXT   NOT NULL,
  unlock     TEXT   NOT NULL CHECK (unlock IN ('pin', 'platform')),
  state      TEXT   NOT NULL CHECK (state IN ('new', 'active', 'suspended', 'pin_locked', 'removed')),
  reason     TEXT   NOT NULL,
  moved_to   TEXT   NOT NULL,
  public_key BYTEA  NOT NULL,
  kp         BYTEA,                    -- sealed
  kk         BYTEA,                    -- sealed
  epoch      BIGINT NOT NULL,
  counter    BIGINT NOT NULL,
  probation  BIGINT,
  added      BIGINT,                   -- NULL: was never active
  used       BIGINT,
  ended      BIGINT
);
CREATE INDEX device_account ON device (account, seq);
CREATE INDEX device_phone ON device (phone);

-- A key that was ever a device's is never accepted again: these rows stay.
CREATE TABLE device_key (
  hash BYTEA PRIMARY KEY               -- SHA-256 of the public key
);

-- The last answers of a device. No result yet: it is being judged.
CREATE TABLE answer (
  device     TEXT   NOT NULL,
  counter    BIGINT NOT NULL,
  text       BYTEA  NOT NULL,          -- SHA-256
  state      TEXT   NOT NULL,
  code       TEXT   NOT NULL,
  tries_left BIGINT NOT NULL,
  ended      TEXT   NOT NULL,
  PRIMARY KEY (device, counter)
);

-- Late answers since the last one that was accepted: evidence of a copy.
CREATE TABLE late_answer (
  device TEXT  NOT NULL,
  text   BYTEA NOT NULL,               -- SHA-256
  nonce  TEXT  NOT NULL,
  PRIMARY KEY (device, text),
  UNIQUE (device, nonce)
);

-- A PROOF text is judged once.
CREATE TABLE proof (
  device     TEXT   NOT NULL,
  text       BYTEA  NOT NULL,          -- SHA-256
  at         BIGINT NOT NULL,
  state      TEXT   NOT NULL,
  code       TEXT   NOT NULL,
  tries_left BIGINT NOT NULL,
  ended      TEXT   NOT NULL,
  PRIMARY KEY (device, text)
);

CREATE TABLE activation (
  seq         INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  account     TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  session     TEXT    NOT NULL,
  purpose     TEXT    NOT NULL CHECK (purpose IN ('first', 'add', 'move', 'recover')),
  approval    TEXT    NOT NULL,
  old_device  TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('waiting', 'redeemed', 'checking', 'active', 'failed',
                                                'cancelled', 'replaced', 'expired')),
  cause       TEXT    NOT NULL,
  made        BIGINT  NOT NULL,
  expires     BIGINT  NOT NULL,        -- of the present state
  extended    BOOLEAN NOT NULL,
  looked      BIGINT,
  browser     TEXT    NOT NULL,
  ip          TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  code_hash   BYTEA   NOT NULL UNIQUE,
  code        BYTEA,                   -- sealed, while waiting
  device      TEXT    NOT NULL,
  phone_name  TEXT    NOT NULL,
  platform    TEXT    NOT NULL,
  unlock      TEXT    NOT NULL,
  device_key  BYTEA,
  agree_key   BYTEA,
  commitment  BYTEA,
  text        BYTEA,                   -- SHA-256 of the redeem text
  via         TEXT    NOT NULL,
  private     BYTEA,                   -- the server's agree key, sealed, until finish
  server_key  BYTEA,
  nonce       BYTEA,
  redeemed    BIGINT,
  phone_nonce BYTEA,
  digits      BYTEA,                   -- check code, sealed, while checking
  tries       BIGINT  NOT NULL,        -- at the check code
  finished    BIGINT,
  ended       BIGINT
);
-- An account has one code: a newer one replaces it, and with it what it began.
CREATE UNIQUE INDEX activation_unfinished ON activation (account)
  WHERE state IN ('waiting', 'redeemed', 'checking');
CREATE INDEX activation_session ON activation (session, seq);
CREATE INDEX activation_device ON activation (device) WHERE state IN ('redeemed', 'checking');

CREATE TABLE request (
  seq         INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  account     TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name        TEXT    NOT NULL,        -- of the account, as it is shown
  app         TEXT    NOT NULL,
  action      TEXT    NOT NULL,
  message     TEXT    NOT NULL,
  target      TEXT    NOT NULL,
  session     TEXT    NOT NULL,
  pending     BYTEA   NOT NULL,        -- SHA-256
  known       BOOLEAN NOT NULL,
  browser     TEXT    NOT NULL,
  ip          TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  carry       TEXT    NOT NULL CHECK (carry IN ('number', 'none')),
  number      BYTEA,                   -- six digits, sealed, while waiting
  tries       BIGINT  NOT NULL,        -- at the number
  state       TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'reported', 'redeemed',
                                                'failed', 'replaced', 'cancelled', 'expired')),
  made        BIGINT  NOT NULL,
  expires     BIGINT  NOT NULL,        -- while waiting; once approved: end of redemption
  password    BIGINT,
  seen        TEXT    NOT NULL,
  seen_by     TEXT    NOT NULL,
  device      TEXT    NOT NULL,
  answered_by TEXT    NOT NULL,
  way         TEXT    NOT NULL,
  unlock      TEXT    NOT NULL,
  answered    BIGINT,
  used        BOOLEAN NOT NULL,
  ended       BIGINT,
  settled     BIGINT,                  -- when it stopped waiting
  answer      TEXT    NOT NULL,        -- with the device's key a receipt
  signature   BYTEA
);
-- A browser asks one question at a time.
CREATE UNIQUE INDEX request_browser ON request (pending) WHERE state = 'waiting';
CREATE INDEX request_waiting ON request (account, seq) WHERE state = 'waiting';
CREATE INDEX request_pending ON request (pending, seq);
CREATE INDEX request_settled ON request (account, settled);
