create or replace view lint.audited
with (security_invoker = true) as
with exceptions (name, reason) as (
  values
    ('app_public.audit_log', 'is the log'),
    ('app_private.audit_seals', 'seals the log; takes new rows only'),
    ('app_private.audit_series', 'is of the log; takes new rows only'),
    ('app_private.server_log_positions', 'how far another log was read into this one'),
    ('app_public.currencies', 'reference data, written by the loader'),
    ('app_private.feed_topics', 'reference data, written by the loader'),
    ('app_private.loaded_sources', 'the state of sql/, written by the loader'),
    ('app_private.outbox', 'events on their way; what they tell of is audited'),
    ('app_private.outbox_deliveries', 'events on their way; what they tell of is audited'),
    ('app_private.feeds', 'numbers the feed of a brand'),
    ('app_private.feed_entries', 'a day of events; what they tell of is audited'),
    ('app_private.worker_heartbeats', 'which workers live'),
    ('app_private.drift_checks', 'when roll-ups were compared'),
    ('app_private.channel_key', 'made once, by a migration'),
    ('app_private.login_attempts', 'counts for a day; the session that comes of it is audited'),
    ('app_private.refresh_tokens', 'prolong a session, which is audited'),
    ('app_private.registrations', 'wait for a mail; the account that comes of it is audited'),
    ('app_private.mails', 'mails to send; what they tell of is audited'),
    ('app_private.mail_tokens', 'are in mails; what is done with one is audited'),
    ('app_hidden.category_stock_slots', 'a roll-up of products, which are audited'),
    ('app_public.import_rejects', 'what a run did not take; the run is audited'),
    ('app_private.import_keys', 'is of a run while it works; the run is audited')
),
tables as (
  select c.oid, c.oid::regclass::text as name
  from pg_catalog.pg_class as c
  where lint.is_ours(c.relnamespace) and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from exceptions as e where to_regclass(e.name) = c.oid)
),
triggers as (
  select
    t.tgrelid,
    t.tgtype,
    string_to_array(encode(t.tgargs, 'escape'), '\000') as arguments
  from pg_catalog.pg_trigger as t
  where t.tgfoid = to_regproc('app_private.tg__audit')
    and t.tgenabled in ('O', 'A')
    -- Once for a statement, after it.
    and t.tgtype & 67 = 0
),
events (bit, name) as (
  values (4, 'insert'), (8, 'delete'), (16, 'update'), (32, 'truncate')
)
select
  t.name as object,
  format('is not audited at %s, and not listed with a reason', e.name) as fault
from tables as t
cross join events as e
where not exists (select from triggers as g where g.tgrelid = t.oid and g.tgtype & e.bit <> 0)
union all
select format('%s.%I', t.name, m.name), format('is not masked at %s', e.name)
from tables as t
join triggers as g on g.tgrelid = t.oid
join events as e on g.tgtype & e.bit <> 0
cross join unnest(app_private.masked_columns(t.oid)) as m (name)
where e.name <> 'truncate' and m.name <> all (g.arguments[3]::text[]);

comment on view lint.audited is
  'One row per table and kind of change that the audit log does not see, and per column of '
  'personal data or secrets that it would hold. What people change is noted, who it was and what '
  'it was before.';
