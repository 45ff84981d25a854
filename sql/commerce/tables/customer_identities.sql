comment on table app_private.customer_identities is
  'One row per customer whose identity is known: who it is, encrypted by the server, with keyed '
  'hashes to find and compare by. Nobody reads it but through read_person.';
comment on column app_private.customer_identities.brand_id is 'The brand, whose keys these are.';
comment on column app_private.customer_identities.customer_id is 'The customer.';
comment on column app_private.customer_identities.person_ref is
  'Bound into each ciphertext and new whenever they are: an older one does not fit.';
comment on column app_private.customer_identities.key_version is
  'Version of the brand''s data key that they are sealed with.';
comment on column app_private.customer_identities.name is 'Name, at most 50 characters.';
comment on column app_private.customer_identities.mail is 'Mail address.';
comment on column app_private.customer_identities.phone is 'Phone number, at most 15 characters.';
comment on column app_private.customer_identities.address is 'Postal address.';
comment on column app_private.customer_identities.mail_hash is
  'Keyed hash of the address in its normal form.';
comment on column app_private.customer_identities.phone_hash is
  'Keyed hash of the number in its normal form.';
comment on column app_private.customer_identities.address_hash is
  'Keyed hash of the address in its normal form. People may share one.';
comment on column app_private.customer_identities.whole_hash is
  'Keyed hash of all four as they were given: tells that nothing changed without opening them.';
