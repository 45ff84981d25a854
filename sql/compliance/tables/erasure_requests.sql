comment on table app_public.erasure_requests is
  'One row per customer whose identity was erased: who asked for it, when, and why.';
comment on column app_public.erasure_requests.brand_id is 'The brand of the customer.';
comment on column app_public.erasure_requests.id is 'Number of the request.';
comment on column app_public.erasure_requests.customer_id is 'The customer, by number alone.';
comment on column app_public.erasure_requests.requested_by is 'The admin who erased.';
comment on column app_public.erasure_requests.requested_at is 'When.';
comment on column app_public.erasure_requests.reason is
  'Why, for instance the number of the customer''s letter. Not the place for a name.';
