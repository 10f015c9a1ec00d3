-- What a person can look back on.

-- name: Page
-- Requests, and what people were told. A deadline that has passed ended its request,
-- written down or not. What happened in one second stands in the order in which it was
-- written, which is the same on every page. Of the requests the newest 10,000 are looked at: who made more of them
-- in a month was no person.
SELECT made AS at, 0 AS told, seq AS number, id, '' AS kind,
       CASE WHEN state IN ('waiting', 'approved') AND expires <= $4 THEN 'expired' ELSE state END AS state,
       app, action, message, browser, place, answered_by AS phone, '' AS origin, '' AS remaining, reference,
       reported IS NOT NULL AS reported
  FROM (SELECT * FROM request USING_INDEX(request_made)
         WHERE account = $1 AND made >= $2
         ORDER BY made DESC, seq DESC
         LIMIT 10000) AS lately
 WHERE ($3 = 'all'
     OR $3 = 'approved' AND (state = 'redeemed' OR state = 'approved' AND expires > $4)
     OR $3 = 'denied' AND state IN ('denied', 'reported')
     OR $3 = 'failed' AND (state IN ('failed', 'expired', 'cancelled', 'replaced')
                           OR state IN ('waiting', 'approved') AND expires <= $4))
UNION ALL
SELECT at, 1, event, '', kind, '', '', '', '', '', place, phone, origin, remaining, reference, FALSE
  FROM told
 WHERE account = $1 AND at >= $2 AND $3 IN ('all', 'security')
 ORDER BY 1 DESC, 2 DESC, 3 DESC
 LIMIT $5 OFFSET $6;
