-- +goose Up
CREATE TABLE event (
  kind TEXT NOT NULL
);
