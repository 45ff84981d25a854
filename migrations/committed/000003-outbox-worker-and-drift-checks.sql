--! Previous: sha1:beefccc6cd7cd4d8a1a2df68b4c95e98b7aebdca
--! Hash: sha1:76e488ed55b3fe17da81669cb49f472fa7eed855
--! Message: outbox, worker and drift checks

-- The next migration: tables, columns, types, constraints, indexes, data.

-- worker and outbox ----------------------------------------------------------------------------

-- The job queue. The worker's login owns it, and graphile-worker's own migrations fill it; finding
-- their ledger, they do not ask for the right to create schemas.
create schema graphile_worker authorization fluence_worker
  create table migrations (
    id integer primary key,
    ts timestamptz not null default now(),
    breaking boolean not null default false
  );

-- No column here is called brand_id and nothing refers anywhere: events of all brands stand in one
-- line, and whoever writes a fact pays for each index and foreign key.
create table app_private.outbox (
  id bigint generated always as identity primary key,
  organization_id bigint,
  topic text not null,
  key text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  -- An object, and neither a text of people nor an address.
  constraint outbox_payload_holds_ids_check check (
    payload::text ~ '^\{[^@]*\}$' and pg_column_size(payload) <= 500
  )
);
alter table app_private.outbox enable row level security;
alter table app_private.outbox force row level security;

create table app_private.outbox_deliveries (
  id bigint primary key,
  organization_id bigint,
  topic text not null,
  key text not null,
  payload jsonb not null,
  task text not null,
  created_at timestamptz not null,
  handed_on_at timestamptz not null default now(),
  attempts smallint not null default 0,
  parked_at timestamptz,
  error_code text,
  constraint outbox_deliveries_parked_with_code_check check (
    (parked_at is null) = (error_code is null)
  )
);
create index outbox_deliveries_key_idx on app_private.outbox_deliveries (key, id);
create index outbox_deliveries_parked_idx
  on app_private.outbox_deliveries (organization_id, id) where parked_at is not null;
alter table app_private.outbox_deliveries enable row level security;
alter table app_private.outbox_deliveries force row level security;

create table app_private.worker_heartbeats (
  worker_id text primary key,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  alive_until timestamptz not null
);
alter table app_private.worker_heartbeats enable row level security;
alter table app_private.worker_heartbeats force row level security;

-- Everybody who can log in to PostgreSQL may listen to any channel whose name they know.
create table app_private.channel_key (
  is_only_row boolean primary key default true,
  key uuid not null default gen_random_uuid(),
  constraint channel_key_has_one_row_check check (is_only_row)
);
insert into app_private.channel_key default values;
alter table app_private.channel_key enable row level security;
alter table app_private.channel_key force row level security;

-- health and metrics ---------------------------------------------------------------------------

create table app_private.drift_checks (
  is_only_row boolean primary key default true,
  checked_at timestamptz not null,
  drifted_rows bigint not null,
  constraint drift_checks_has_one_row_check check (is_only_row),
  constraint drift_checks_drifted_rows_range_check check (drifted_rows >= 0)
);
alter table app_private.drift_checks enable row level security;
alter table app_private.drift_checks force row level security;
