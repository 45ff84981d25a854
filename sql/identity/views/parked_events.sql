create or replace view app_public.parked_events
with (security_invoker = true) as
select
  d.id,
  d.organization_id,
  d.topic,
  d.key,
  d.payload,
  d.task,
  d.attempts,
  d.error_code,
  d.created_at,
  d.parked_at
from app_private.outbox_deliveries as d
where d.parked_at is not null;

comment on view app_public.parked_events is
  E'@primaryKey id\n'
  'One row per event of the brand that could not be worked off and waits for replay_event() or '
  'skip_event(); later events of its key wait with it. The platform''s admins see those of all.';
comment on column app_public.parked_events.id is 'Number of the event.';
comment on column app_public.parked_events.organization_id is
  'The organization it is about; null for the platform itself.';
comment on column app_public.parked_events.topic is 'What happened.';
comment on column app_public.parked_events.key is 'What it happened to.';
comment on column app_public.parked_events.payload is 'Keys of rows and codes that say more.';
comment on column app_public.parked_events.task is 'The task that should have worked it off.';
comment on column app_public.parked_events.attempts is 'How often it was tried.';
comment on column app_public.parked_events.error_code is
  'Why: a SQLSTATE, bad_payload, worker_died, or the code of the error.';
comment on column app_public.parked_events.created_at is 'When it happened.';
comment on column app_public.parked_events.parked_at is 'When it was given up.';

grant select on app_public.parked_events to fluence_admin;
