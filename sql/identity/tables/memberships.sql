comment on table app_public.memberships is
  'One row per person, organization and role held there, also when it is over. Another role is '
  'another membership.';
comment on column app_public.memberships.id is 'Key.';
comment on column app_public.memberships.organization_id is 'Where.';
comment on column app_public.memberships.user_id is 'Who.';
comment on column app_public.memberships.role is 'In which role.';
comment on column app_public.memberships.created_at is 'Since when.';
comment on column app_public.memberships.ended_at is 'Until when, if it is over.';
