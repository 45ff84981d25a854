-- What is behind the oldest open transaction is settled: no row can come in between any more. Of
-- series before the current one there are no open transactions.
create or replace function app_private.seal_audit_log(largest integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- By the index, in its order: else all that waits would be sorted for each block of it.
set enable_sort = off
as $$
declare
  v_last app_private.audit_seals;
  v_seal app_private.audit_seals;
  v_settled bigint;
  v_series integer;
begin
  perform pg_advisory_xact_lock(hashtext('fluence audit seals'));
  select s.* into v_last from app_private.audit_seals as s order by s.block desc limit 1;
  v_settled := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  v_series := app_private.audit_series();

  select
    count(*),
    string_agg(int8send(e.id) || e.digest, null order by e.series, e.transaction_id, e.id),
    (array_agg(e.series order by e.series desc, e.transaction_id desc, e.id desc))[1],
    (array_agg(e.transaction_id order by e.series desc, e.transaction_id desc, e.id desc))[1],
    (array_agg(e.id order by e.series desc, e.transaction_id desc, e.id desc))[1]
  into
    v_seal.row_count, v_seal.leaves, v_seal.last_series, v_seal.last_transaction_id, v_seal.last_id
  from (
    select l.series, l.transaction_id, l.id, app_private.audit_digest(l) as digest
    from app_public.audit_log as l
    where (l.series, l.transaction_id, l.id) > (
        coalesce(v_last.last_series, 0),
        coalesce(v_last.last_transaction_id, 0),
        coalesce(v_last.last_id, 0)
      )
      and (l.series < v_series or l.transaction_id < v_settled)
    order by l.series, l.transaction_id, l.id
    limit seal_audit_log.largest
  ) as e;
  if v_seal.row_count = 0 then
    return 0;
  end if;

  v_seal.block := coalesce(v_last.block, 0) + 1;
  v_seal.previous := coalesce(v_last.hash, decode(repeat('00', 32), 'hex'));
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := app_private.audit_seal_hash(v_seal);
  insert into app_private.audit_seals select v_seal.*;
  return v_seal.row_count;
end
$$;
comment on function app_private.seal_audit_log(integer) is
  'Seals the next block of the audit log, of so many rows at most; how many it has. Two at once '
  'go one after the other.';
grant execute on function app_private.seal_audit_log(integer) to fluence_worker;
alter function app_private.seal_audit_log(integer) owner to fluence_definer;
