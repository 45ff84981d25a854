--! Previous: sha1:01a55e621989d0fe05f6666c76d3357339400cc2
--! Hash: sha1:bdfdfe2c5f6b11e0663d02094109fe056bbfd6b5
--! Message: personal data, audit log, imports

-- The next migration: tables, columns, types, constraints, indexes, data.

-- core: keys -----------------------------------------------------------------------------------

-- What Node has encrypted: format (1), nonce (12 bytes), ciphertext, tag (16 bytes).
create domain app_private.sealed as bytea
  constraint sealed_form_check
    check (octet_length(value) between 30 and 100000 and get_byte(value, 0) = 1);
create domain app_private.keyed_hash as bytea
  constraint keyed_hash_length_check check (octet_length(value) = 32);
create type app_private.key_purpose as enum ('seal', 'lookup');

-- A ring is a brand's own keys; ring 0 is the house's, for what belongs to no brand.
create table app_private.data_keys (
  ring bigint not null,
  purpose app_private.key_purpose not null,
  version integer not null,
  wrapped bytea not null,
  master_key_id text not null,
  created_at timestamptz not null default now(),
  constraint data_keys_pkey primary key (ring, purpose, version),
  constraint data_keys_ring_check check (ring >= 0),
  -- A lookup key finds what was hashed by it: another one would find nothing.
  constraint data_keys_version_check
    check (version > 0 and (purpose = 'seal' or version = 1)),
  constraint data_keys_wrapped_length_check check (octet_length(wrapped) = 61),
  constraint data_keys_master_key_id_check check (master_key_id ~ '^[0-9a-f]{16}$')
);
alter table app_private.data_keys enable row level security;
alter table app_private.data_keys force row level security;

-- core: runs of imports ------------------------------------------------------------------------

create type app_public.import_status as enum ('running', 'done', 'failed');

create table app_public.import_runs (
  brand_id bigint not null,
  id bigint generated always as identity,
  kind text not null,
  file_name text,
  file_hash app_private.digest,
  started_by text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  status app_public.import_status not null default 'running',
  rows_read bigint not null default 0,
  rows_added bigint not null default 0,
  rows_changed bigint not null default 0,
  rows_unchanged bigint not null default 0,
  rows_rejected bigint not null default 0,
  constraint import_runs_pkey primary key (brand_id, id),
  constraint import_runs_kind_check check (kind ~ '^[a-z_]{1,40}$'),
  constraint import_runs_file_name_length_check check (length(file_name) between 1 and 255),
  constraint import_runs_started_by_length_check check (length(started_by) between 1 and 100),
  constraint import_runs_finished_check check ((finished_at is null) = (status = 'running')),
  constraint import_runs_rows_check check (
    least(rows_read, rows_added, rows_changed, rows_unchanged, rows_rejected) >= 0
    and (
      status <> 'done'
      or rows_read = rows_added + rows_changed + rows_unchanged + rows_rejected
    )
  )
);
alter table app_public.import_runs enable row level security;
alter table app_public.import_runs force row level security;

-- Where a bad row stands and why, never what stands in it.
create table app_public.import_rejects (
  brand_id bigint not null,
  run_id bigint not null,
  line bigint not null,
  field text,
  code text not null,
  constraint import_rejects_pkey primary key (brand_id, run_id, line),
  constraint import_rejects_run_id_fkey foreign key (brand_id, run_id)
    references app_public.import_runs (brand_id, id) on delete restrict,
  constraint import_rejects_line_check check (line > 0),
  constraint import_rejects_field_check check (field ~ '^[a-z_]{1,63}$'),
  constraint import_rejects_code_check check (code ~ '^FL[0-9]{3}$')
);
alter table app_public.import_rejects enable row level security;
alter table app_public.import_rejects force row level security;

-- What a run has read so far: a key that comes again is told. Worth nothing after the run, so it
-- need not outlive a crash.
create unlogged table app_private.import_keys (
  brand_id bigint not null,
  run_id bigint not null,
  key text not null,
  line bigint not null,
  constraint import_keys_pkey primary key (brand_id, run_id, key)
);
alter table app_private.import_keys enable row level security;
alter table app_private.import_keys force row level security;

-- core: the audit log --------------------------------------------------------------------------

create type app_public.audit_door as enum ('app', 'sql', 'command', 'worker', 'house');
create type app_public.audit_action as enum (
  'insert', 'update', 'delete', 'truncate', 'read', 'refuse'
);

-- Numbers of transactions are a cluster's own: rows that were moved to another one, or that another
-- one writes, are told apart by the series.
create table app_private.audit_series (
  series integer not null,
  cluster_id bigint not null,
  opened_at timestamptz not null default now(),
  constraint audit_series_pkey primary key (series),
  constraint audit_series_series_check check (series > 0)
);
alter table app_private.audit_series enable row level security;
alter table app_private.audit_series force row level security;

-- In the order (series, transaction_id, id) rows before the oldest open transaction stay what and
-- where they are: that is the order in which they are sealed.
create table app_public.audit_log (
  occurred_at timestamptz not null default clock_timestamp(),
  id bigint generated always as identity,
  series integer not null,
  transaction_id bigint not null default pg_current_xact_id()::text::bigint,
  organization_id bigint,
  action app_public.audit_action not null,
  door app_public.audit_door not null,
  user_id bigint,
  session_id bigint,
  login text,
  role text,
  request_id text,
  object text not null,
  row_key jsonb,
  before jsonb,
  after jsonb,
  reason text,
  constraint audit_log_pkey primary key (occurred_at, id),
  constraint audit_log_login_length_check check (length(login) <= 63),
  constraint audit_log_request_id_length_check check (length(request_id) <= 100),
  constraint audit_log_object_length_check check (length(object) between 1 and 200),
  constraint audit_log_reason_length_check check (length(reason) between 1 and 500)
) partition by range (occurred_at);
create index audit_log_transaction_id_idx
  on app_public.audit_log (series, transaction_id, id);
create index audit_log_organization_id_idx
  on app_public.audit_log (organization_id, occurred_at desc);
alter table app_public.audit_log enable row level security;
alter table app_public.audit_log force row level security;

-- A block is every row behind the last one of the block before, up to its own last one.
create table app_private.audit_seals (
  block bigint not null,
  last_series integer not null,
  last_transaction_id bigint not null,
  last_id bigint not null,
  row_count integer not null,
  leaves bytea not null,
  previous app_private.digest not null,
  hash app_private.digest not null,
  sealed_at timestamptz not null,
  constraint audit_seals_pkey primary key (block),
  constraint audit_seals_block_check check (block > 0),
  -- Of each row, its number (8 bytes) and its digest (32 bytes).
  constraint audit_seals_leaves_check
    check (row_count > 0 and octet_length(leaves) = 40 * row_count)
);
alter table app_private.audit_seals enable row level security;
alter table app_private.audit_seals force row level security;

-- How far PostgreSQL's own log was read for refusals.
create table app_private.server_log_positions (
  is_only_row boolean not null default true,
  file_id app_private.digest not null,
  position bigint not null,
  read_at timestamptz not null default now(),
  constraint server_log_positions_pkey primary key (is_only_row),
  constraint server_log_positions_has_one_row_check check (is_only_row),
  constraint server_log_positions_position_check check (position >= 0)
);
alter table app_private.server_log_positions enable row level security;
alter table app_private.server_log_positions force row level security;

-- commerce: channels and customers -------------------------------------------------------------

create table app_public.channels (
  brand_id bigint not null,
  code integer not null,
  title text not null,
  created_at timestamptz not null default now(),
  constraint channels_pkey primary key (brand_id, code),
  constraint channels_brand_id_fkey foreign key (brand_id)
    references app_public.organizations (id) on delete restrict,
  -- -1 means "none" in the seeds, and is null here.
  constraint channels_code_check check (code >= 0),
  constraint channels_title_length_check
    check (length(btrim(title)) > 0 and length(title) <= 100)
);
alter table app_public.channels enable row level security;
alter table app_public.channels force row level security;

-- Who a customer is stands in app_private.customer_identities; here are the masks.
create table app_public.customers (
  brand_id bigint not null,
  id bigint generated by default as identity (start with 1000000000000),
  source text not null default 'fluence',
  source_id text,
  name_mask text,
  mail_mask text,
  phone_mask text,
  address_mask text,
  channel integer,
  since date not null,
  is_account_deleted boolean not null default false,
  created_at timestamptz not null default now(),
  erased_at timestamptz,
  constraint customers_pkey primary key (brand_id, id),
  constraint customers_source_key unique (brand_id, source, source_id),
  constraint customers_brand_id_fkey foreign key (brand_id)
    references app_public.organizations (id) on delete restrict,
  constraint customers_channel_fkey foreign key (brand_id, channel)
    references app_public.channels (brand_id, code) on delete restrict,
  constraint customers_since_is_finite_check check (since between '1900-01-01' and '9999-12-31'),
  constraint customers_mask_length_check check (
    greatest(
      length(name_mask), length(mail_mask), length(phone_mask), length(address_mask)
    ) <= 50
  ),
  -- Erased, nothing tells who it was; else all of it is known.
  constraint customers_erased_check check (
    case
      when erased_at is null
        then num_nulls(name_mask, mail_mask, phone_mask, address_mask) = 0
      else
        num_nonnulls(name_mask, mail_mask, phone_mask, address_mask) = 0
        and is_account_deleted
    end
  )
);
create index customers_channel_idx on app_public.customers (brand_id, channel);
create index customers_since_idx on app_public.customers (brand_id, since);
alter table app_public.customers enable row level security;
alter table app_public.customers force row level security;

create table app_private.customer_identities (
  brand_id bigint not null,
  customer_id bigint not null,
  -- Bound into each ciphertext, and new whenever they are: an older one fits no more.
  person_ref uuid not null,
  key_version integer not null,
  name app_private.sealed not null,
  mail app_private.sealed not null,
  phone app_private.sealed not null,
  address app_private.sealed not null,
  mail_hash app_private.keyed_hash not null,
  phone_hash app_private.keyed_hash not null,
  address_hash app_private.keyed_hash not null,
  -- Of all fields as they were given: tells that nothing changed without decrypting.
  whole_hash app_private.keyed_hash not null,
  constraint customer_identities_pkey primary key (brand_id, customer_id),
  constraint customer_identities_customer_id_fkey foreign key (brand_id, customer_id)
    references app_public.customers (brand_id, id) on delete restrict,
  constraint customer_identities_person_ref_key unique (brand_id, person_ref),
  constraint customer_identities_mail_key unique (brand_id, mail_hash),
  constraint customer_identities_phone_key unique (brand_id, phone_hash),
  constraint customer_identities_key_version_check check (key_version > 0)
);
create index customer_identities_address_hash_idx
  on app_private.customer_identities (brand_id, address_hash);
create index customer_identities_key_version_idx
  on app_private.customer_identities (brand_id, key_version);
alter table app_private.customer_identities enable row level security;
alter table app_private.customer_identities force row level security;

-- compliance: erasure --------------------------------------------------------------------------

create table app_public.erasure_requests (
  brand_id bigint not null,
  id bigint generated always as identity,
  customer_id bigint not null,
  requested_by bigint not null,
  requested_at timestamptz not null default now(),
  reason text not null,
  constraint erasure_requests_pkey primary key (brand_id, id),
  constraint erasure_requests_customer_id_key unique (brand_id, customer_id),
  constraint erasure_requests_customer_id_fkey foreign key (brand_id, customer_id)
    references app_public.customers (brand_id, id) on delete restrict,
  constraint erasure_requests_requested_by_fkey foreign key (requested_by)
    references app_public.users (id) on delete restrict,
  constraint erasure_requests_reason_length_check
    check (length(btrim(reason)) > 0 and length(reason) <= 500)
);
create index erasure_requests_requested_by_idx
  on app_public.erasure_requests (brand_id, requested_by);
alter table app_public.erasure_requests enable row level security;
alter table app_public.erasure_requests force row level security;
