-- +goose Up

-- The row that a server writes now and then to learn whether changes are kept.
CREATE TABLE alive (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    at  BIGINT NOT NULL
);
