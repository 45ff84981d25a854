--! Previous: sha1:76e488ed55b3fe17da81669cb49f472fa7eed855
--! Hash: sha1:4efb1c1c31b24be6c0cc5353d1beed020727217a
--! Message: the feed of a brand

-- The next migration: tables, columns, types, constraints, indexes, data.

-- feed -------------------------------------------------------------------------------------------

-- Which events reach the feed of their brand.
create table app_private.feed_topics (
  topic text primary key
);
alter table app_private.feed_topics enable row level security;
alter table app_private.feed_topics force row level security;

-- The counter of each brand. Its row is locked while positions are given, so that they are
-- committed in their order: who has seen one has seen all before it.
create table app_private.feeds (
  brand_id bigint primary key,
  last_position bigint not null default 0,
  trimmed_to bigint not null default 0,
  constraint feeds_trimmed_within_range_check check (
    trimmed_to >= 0 and trimmed_to <= last_position
  )
);
-- The owner sees the rows of people only while the force is lifted.
alter table app_public.organizations no force row level security;
insert into app_private.feeds (brand_id)
select o.id from app_public.organizations as o where o.kind = 'brand';
alter table app_public.organizations force row level security;
alter table app_private.feeds enable row level security;
alter table app_private.feeds force row level security;

create table app_private.feed_entries (
  brand_id bigint not null references app_private.feeds (brand_id) on delete cascade,
  position bigint not null,
  topic text not null,
  payload jsonb not null,
  happened_at timestamptz not null,
  entered_at timestamptz not null default now(),
  primary key (brand_id, position)
);
create index feed_entries_topic_idx on app_private.feed_entries (brand_id, topic, position);
alter table app_private.feed_entries enable row level security;
alter table app_private.feed_entries force row level security;

create type app_public.product_change_kind as enum ('added', 'edited', 'retired', 'deleted');
