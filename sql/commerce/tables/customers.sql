comment on table app_public.customers is
  'One row per customer of a brand, with masks in place of personal data: those are encrypted, and '
  'opened by readPerson alone.';
comment on column app_public.customers.brand_id is 'The brand it belongs to.';
comment on column app_public.customers.id is
  'Number within the brand: the shop''s own for imported customers, from 10^12 on for ours.';
comment on column app_public.customers.source is
  'Where the row comes from: fluence, shop for the shop''s own numbers, or another system.';
comment on column app_public.customers.source_id is
  'Its key in another system; null where the number is that.';
comment on column app_public.customers.name_mask is 'What may be seen of the name.';
comment on column app_public.customers.mail_mask is 'What may be seen of the mail address.';
comment on column app_public.customers.phone_mask is 'What may be seen of the phone number.';
comment on column app_public.customers.address_mask is 'What may be seen of the address.';
comment on column app_public.customers.channel is
  'The channel by which the customer came; null if by none that is known.';
comment on column app_public.customers.since is
  'The day on which the shop came to know the customer, in the brand''s time zone.';
comment on column app_public.customers.is_account_deleted is
  'Whether the customer has closed the account with the shop.';
comment on column app_public.customers.created_at is 'When the row was added.';
comment on column app_public.customers.erased_at is
  'When the identity was erased. The row stays, for the sales that refer to it.';
comment on constraint customers_channel_fkey on app_public.customers is
  E'@fieldName acquisitionChannel\nThe channel by which the customer came.';
