-- +goose Up
-- What all nodes share and nobody else may know, sealed: the key of call nonces.
CREATE TABLE secret (
  name   TEXT   PRIMARY KEY,
  sealed BYTEA  NOT NULL,
  made   BIGINT NOT NULL
);
