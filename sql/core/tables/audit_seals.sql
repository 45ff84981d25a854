comment on type app_private.digest is 'SHA-256 of something that is not kept itself.';
comment on table app_private.audit_seals is
  'One row per block of the audit log: what its rows were when it was sealed. Each seal holds the '
  'one before; the last is also written to the log and to a file.';
comment on column app_private.audit_seals.block is 'Number of the block: 1, 2, 3, without a hole.';
comment on column app_private.audit_seals.last_series is 'Series of its last row.';
comment on column app_private.audit_seals.last_transaction_id is 'Transaction of its last row.';
comment on column app_private.audit_seals.last_id is
  'Number of its last row. The block holds all rows from the last one of the block before to here, '
  'in the order of series, transaction and number.';
comment on column app_private.audit_seals.row_count is 'How many rows it has.';
comment on column app_private.audit_seals.leaves is
  'Of each row in turn: its number (8 bytes) and its digest (32 bytes).';
comment on column app_private.audit_seals.previous is
  'The hash of the block before; 32 bytes of zero for the first.';
comment on column app_private.audit_seals.hash is
  'SHA-256 over the previous hash, what stands here about the block, and the leaves.';
comment on column app_private.audit_seals.sealed_at is 'When it was sealed.';
