-- Reached through functions alone: the import, read_person, find_customer, the erasure and the
-- rotation of keys.
drop policy if exists maintain on app_private.customer_identities;
create policy maintain on app_private.customer_identities
  for all to fluence_definer using (true) with check (true);

grant
  select,
  insert,
  update (
    person_ref, key_version, name, mail, phone, address, mail_hash, phone_hash, address_hash,
    whole_hash
  ),
  delete
  on app_private.customer_identities to fluence_definer;
