-- All limits in one place. After the free attempts each one more must wait twice as long.
create or replace view app_private.attempt_limits
with (security_invoker = true) as
select
  l.kind,
  l.free,
  l.first_wait,
  l.longest_wait,
  l.per_address
from (
  values
    ('password'::app_private.attempt_kind, 5, interval '5 seconds', interval '15 minutes', 100),
    ('second_factor', 5, interval '30 seconds', interval '1 hour', 100),
    ('registration', 3, interval '1 minute', interval '1 hour', 20),
    ('recovery', 3, interval '1 minute', interval '1 hour', 20),
    ('invitation', 100, interval '1 minute', interval '1 hour', null)
) as l (kind, free, first_wait, longest_wait, per_address);

comment on view app_private.attempt_limits is
  'One row per kind of attempt: how many may be made before one has to wait.';
comment on column app_private.attempt_limits.kind is 'What is tried.';
comment on column app_private.attempt_limits.free is
  'How many attempts on an account need not wait, since the last one that was right, in a day.';
comment on column app_private.attempt_limits.first_wait is
  'How long the next one waits; each further one twice as long.';
comment on column app_private.attempt_limits.longest_wait is 'How long one waits at most.';
comment on column app_private.attempt_limits.per_address is
  'How many that were not right may come from one address in 15 minutes.';

grant select on app_private.attempt_limits to fluence_definer;
