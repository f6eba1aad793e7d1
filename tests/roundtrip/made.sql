-- What there is in the database, one line for each thing: what expected.c says of the
-- model.  Between chr(1) and chr(2) stands SQL as the server would write it.
SELECT concat_ws('|', 'table', n.nspname, c.relname,
                 replace(obj_description(c.oid, 'pg_class'), chr(10), '\n'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)';

SELECT concat_ws('|', 'column', n.nspname, c.relname, a.attnum,
                 a.attname,
                 CASE WHEN coalesce(e.typtype, t.typtype) = 'e'
                 THEN concat('enum ', tn.nspname, '.', coalesce(e.typname, t.typname),
                             CASE WHEN e.oid IS NOT NULL THEN '[]' END)
                 ELSE format_type(a.atttypid, a.atttypmod) END,
                 CASE WHEN a.attnotnull THEN 'required' ELSE 'optional' END,
                 'identity=' || a.attidentity::text,
                 'collation=' || coalesce(co.collname, ''),
                 replace(col_description(c.oid, a.attnum), chr(10), '\n'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
  JOIN pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)';

SELECT concat_ws('|', 'view', n.nspname, c.relname,
                 CASE c.relkind WHEN 'm' THEN 'materialized' ELSE 'plain' END,
                 replace(obj_description(c.oid, 'pg_class'), chr(10), '\n'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^(pg_|information_schema)';

SELECT concat_ws('|', 'shown', n.nspname, c.relname, a.attname,
                 format_type(a.atttypid, a.atttypmod),
                 replace(col_description(c.oid, a.attnum), chr(10), '\n'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^(pg_|information_schema)';

-- Defaults: their values are compared one by one, the rest is here.
SELECT concat_ws('|', CASE a.attgenerated WHEN 's' THEN 'generated' ELSE 'default' END,
                 n.nspname, c.relname, a.attname,
                 CASE a.attgenerated WHEN 's'
                 THEN chr(1) || pg_get_expr(d.adbin, d.adrelid) || chr(2) END)
  FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum;

SELECT concat_ws('|', 'sequence', n.nspname, s.relname, c.relname, a.attname,
                 format_type(q.seqtypid, NULL))
  FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'i'
  JOIN pg_class c ON c.oid = d.refobjid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
 WHERE s.relkind = 'S';

WITH ours AS (
    SELECT o.*, n.nspname, c.relname,
           (SELECT string_agg('"' || a.attname || '"', ',' ORDER BY k.ordinality)
              FROM unnest(o.conkey) WITH ORDINALITY k
              JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.k) AS columns,
           CASE WHEN o.condeferred THEN 'deferred' WHEN o.condeferrable THEN 'deferrable'
           ELSE 'at once' END AS deferred
      FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname !~ '^(pg_|information_schema)')
SELECT concat_ws('|', 'key', nspname, relname, conname, columns, deferred)
  FROM ours WHERE contype = 'p'
UNION ALL
SELECT concat_ws('|', 'unique', nspname, relname, conname, columns,
                 (SELECT 'include ' || string_agg('"' || a.attname || '"', ',' ORDER BY k)
                    FROM generate_series(i.indnkeyatts, i.indnatts - 1) k
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]),
                 CASE WHEN i.indnullsnotdistinct THEN 'nulls alike' ELSE 'nulls differ' END,
                 deferred)
  FROM ours JOIN pg_index i ON i.indexrelid = conindid WHERE contype = 'u'
UNION ALL
SELECT concat_ws('|', 'check', nspname, relname, conname,
                 chr(1) || pg_get_expr(conbin, conrelid) || chr(2))
  FROM ours WHERE contype = 'c'
UNION ALL
SELECT concat_ws('|', 'reference', o.nspname, o.relname, o.conname, o.columns,
                 n.nspname, c.relname,
                 (SELECT string_agg('"' || a.attname || '"', ',' ORDER BY k.ordinality)
                    FROM unnest(o.confkey) WITH ORDINALITY k
                    JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.k),
                 'delete=' || o.confdeltype::text,
                 (SELECT string_agg('"' || a.attname || '"', ',' ORDER BY k.ordinality)
                    FROM unnest(o.confdelsetcols) WITH ORDINALITY k
                    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.k),
                 'update=' || o.confupdtype::text, 'match=' || o.confmatchtype::text, o.deferred)
  FROM ours o JOIN pg_class c ON c.oid = o.confrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE contype = 'f'
UNION ALL
SELECT concat_ws('|', 'exclude', nspname, ours.relname, conname, am.amname,
                 (SELECT string_agg('"' || a.attname || '"' || ' ' || p.oprname, ','
                                    ORDER BY k.ordinality)
                    FROM unnest(conkey, conexclop) WITH ORDINALITY k (attnum, op, ordinality)
                    JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum
                    JOIN pg_operator p ON p.oid = k.op),
                 'where=' || coalesce(
                     chr(1) || pg_get_expr(i.indpred, i.indrelid) || chr(2), ''),
                 deferred)
  FROM ours JOIN pg_index i ON i.indexrelid = conindid
  JOIN pg_class x ON x.oid = conindid JOIN pg_am am ON am.oid = x.relam
 WHERE contype = 'x';

-- Those that no constraint made.
SELECT concat_ws('|', 'index', n.nspname, c.relname, x.relname, am.amname,
                 CASE WHEN i.indisunique THEN 'unique' ELSE 'any' END,
                 CASE WHEN i.indnullsnotdistinct THEN 'nulls alike' ELSE 'nulls differ' END,
                 (SELECT string_agg(
                             coalesce('"' || a.attname || '"',
                                      chr(1) || pg_get_indexdef(x.oid, k, false) || chr(2))
                             || coalesce(' collate ' || co.collname, '')
                             || CASE WHEN oc.opcdefault THEN '' ELSE ' ' || oc.opcname END
                             || CASE WHEN i.indoption[k - 1] & 1 = 1 THEN ' desc' ELSE '' END
                             || CASE WHEN i.indoption[k - 1] & 2 = 2 THEN ' nulls first' ELSE '' END,
                             ',' ORDER BY k)
                    FROM generate_series(1, i.indnkeyatts) k
                    JOIN pg_attribute xa ON xa.attrelid = x.oid AND xa.attnum = k
                    JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
                    LEFT JOIN pg_attribute a
                      ON a.attrelid = c.oid AND a.attnum = i.indkey[k - 1] AND a.attnum > 0
                    LEFT JOIN pg_collation co ON co.oid = i.indcollation[k - 1]
                     AND co.oid <> coalesce(a.attcollation, 100)),
                 (SELECT 'include ' || string_agg('"' || a.attname || '"', ',' ORDER BY k)
                    FROM generate_series(i.indnkeyatts, i.indnatts - 1) k
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[k]),
                 'where=' || coalesce(
                     chr(1) || pg_get_expr(i.indpred, i.indrelid) || chr(2), ''))
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = x.relnamespace
  JOIN pg_am am ON am.oid = x.relam
 WHERE n.nspname !~ '^(pg_|information_schema)'
   AND NOT EXISTS (SELECT FROM pg_constraint o
                    WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'));

SELECT concat_ws('|', 'enum', n.nspname, t.typname,
                 string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
  JOIN pg_namespace n ON n.oid = t.typnamespace
 GROUP BY n.nspname, t.typname;

SELECT concat_ws('|', 'extension', extname) FROM pg_extension WHERE extname <> 'plpgsql';
