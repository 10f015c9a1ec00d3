-- +goose Up
-- The time by which what is old is forgotten: a row of forgotten whose number is Unix seconds. It begins with the
-- newest time of the record, not with the clock of who brings the schema up to date. See docs/decisions/0033.
INSERT INTO forgotten (what, upto)
SELECT 'horizon', at FROM (SELECT MAX(at) AS at FROM (SELECT at FROM event ORDER BY seq DESC LIMIT 1000) AS newest) AS record
 WHERE at IS NOT NULL;
