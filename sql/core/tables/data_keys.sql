comment on type app_private.sealed is
  'What the server has encrypted: format, nonce, ciphertext and tag. It opens only in its own row '
  'and column, with a key of its ring.';
comment on type app_private.keyed_hash is
  'HMAC-SHA-256 of a normalised value, by a key of the brand and of the kind of value.';
comment on type app_private.key_purpose is
  'What a key is for: seal encrypts, lookup hashes what must be found.';
comment on table app_private.data_keys is
  'One row per key that personal data are encrypted or hashed with, itself encrypted with the '
  'master key, which is never in the database.';
comment on column app_private.data_keys.ring is
  'The brand whose key it is; 0 is the house''s, for what belongs to no brand.';
comment on column app_private.data_keys.purpose is 'What it is for.';
comment on column app_private.data_keys.version is
  'The highest seals what is written now; each opens what it has sealed.';
comment on column app_private.data_keys.wrapped is 'The key, encrypted with the master key.';
comment on column app_private.data_keys.master_key_id is 'Which master key that is.';
comment on column app_private.data_keys.created_at is 'When it was made.';
