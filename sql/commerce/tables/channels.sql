comment on table app_public.channels is
  'One row per way in which customers come to a brand, by the number that the shop gives it.';
comment on column app_public.channels.brand_id is 'The brand.';
comment on column app_public.channels.code is
  'The shop''s number of the channel. None at all is null where a channel is named, never -1.';
comment on column app_public.channels.title is
  'Its name; one that an import met first is called Channel and its number.';
comment on column app_public.channels.created_at is 'When it was added.';
