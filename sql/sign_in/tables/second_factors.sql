comment on table app_private.second_factors is
  'One row per person who has or wants a second factor: codes by time (TOTP).';
comment on column app_private.second_factors.user_id is 'The person.';
comment on column app_private.second_factors.secret is 'Secret that the codes follow from.';
comment on column app_private.second_factors.confirmed_at is 'When the first code of it was right.';
comment on column app_private.second_factors.last_step is
  'The latest time step whose code was taken: a code works once.';
comment on column app_private.second_factors.wanted_secret is
  'Secret that waits for its first code.';
