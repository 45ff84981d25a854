comment on table app_public.agency_grants is
  'One row per brand that lets an agency act for it, and the role in which, also when it is over.';
comment on column app_public.agency_grants.id is 'Key.';
comment on column app_public.agency_grants.for_brand_id is 'The brand that grants.';
comment on column app_public.agency_grants.agency_id is 'The agency that may act.';
comment on column app_public.agency_grants.role is
  'The role in which its people act for the brand.';
comment on column app_public.agency_grants.granted_by is 'Who granted it.';
comment on column app_public.agency_grants.created_at is 'Since when.';
comment on column app_public.agency_grants.ended_at is 'Until when, if it is over.';
