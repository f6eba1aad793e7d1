-- What is in the database, as text: tables, columns, constraints, indexes, types, notes.
\pset format unaligned
\pset tuples_only on
SELECT 'table', n.nspname, c.relname, obj_description(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 2, 3;
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       CASE WHEN a.attnotnull THEN 'not null' END,
       CASE WHEN a.attidentity <> '' THEN pg_get_serial_sequence(
           quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) END,
       pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)'
 ORDER BY c.relname, a.attnum;
SELECT 'constraint', c.relname, o.conname, pg_get_constraintdef(o.oid)
  FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^(pg_|information_schema)' ORDER BY 2, 3;
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
 WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 2, 3;
SELECT 'enum', n.nspname, t.typname, string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder)
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
  JOIN pg_namespace n ON n.oid = t.typnamespace GROUP BY 1, 2, 3 ORDER BY 2, 3;
