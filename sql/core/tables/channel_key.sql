comment on table app_private.channel_key is
  'One row: the secret that makes the names of notification channels impossible to guess.';
comment on column app_private.channel_key.is_only_row is 'Always true: there is one row.';
comment on column app_private.channel_key.key is 'The secret, made with the database.';
