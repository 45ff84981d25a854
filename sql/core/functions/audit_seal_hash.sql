create or replace function app_private.audit_seal_hash(seal app_private.audit_seals)
returns bytea
language sql
stable
begin atomic
  select sha256(
    seal.previous
    || convert_to(
      jsonb_build_array(
        seal.block, seal.last_series, seal.last_transaction_id, seal.last_id,
        seal.row_count, extract(epoch from seal.sealed_at)
      )::text,
      'UTF8'
    )
    || seal.leaves
  );
end;
comment on function app_private.audit_seal_hash(app_private.audit_seals) is
  'SHA-256 of a seal: over the seal before, what it says of its block, and the leaves.';
grant execute on function app_private.audit_seal_hash(app_private.audit_seals) to fluence_definer;
