-- The whole schema as PostgreSQL 15 dumps it. Written by `fluence db dump`.

CREATE SCHEMA app_hidden;

COMMENT ON SCHEMA app_hidden IS 'Roll-ups and helpers: the caller''s own rights, not exposed.';

CREATE SCHEMA app_private;

COMMENT ON SCHEMA app_private IS 'Secrets, sessions, keys: reached through definer functions only.';

CREATE SCHEMA app_public;

COMMENT ON SCHEMA app_public IS 'Tables and functions of the API: what people may see and do.';

CREATE SCHEMA lint;

COMMENT ON SCHEMA lint IS 'One rule of the house a view; a view that returns a row is a fault.';

CREATE SCHEMA reporting;

COMMENT ON SCHEMA reporting IS 'Views and report functions: the contract for BI tools.';

CREATE SCHEMA staff;

COMMENT ON SCHEMA staff IS 'Stored procedures for people without SQL.';

CREATE TYPE app_public.organization_kind AS ENUM (
    'brand',
    'agency',
    'platform'
);

COMMENT ON TYPE app_public.organization_kind IS 'What an organization is: brand (sells), agency (works for brands), platform (runs Fluence).';

CREATE TYPE app_public.product_change_kind AS ENUM (
    'added',
    'edited',
    'retired',
    'deleted'
);

COMMENT ON TYPE app_public.product_change_kind IS 'What was done to a product.';

CREATE TYPE app_public.user_role_enum AS ENUM (
    'admin',
    'analyst',
    'marketing_manager',
    'campaign_manager',
    'product_manager',
    'influencer_manager',
    'finance_manager',
    'support_agent',
    'report_reader',
    'influencer',
    'agency_manager',
    'auditor'
);

COMMENT ON TYPE app_public.user_role_enum IS 'The roles a membership gives, one per organization; each is the database role fluence_<role>.';

CREATE FUNCTION app_private.acts_for_platform() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select exists (
    select from app_public.organizations as o
    where o.id = (select app_public.current_organization_id()) and o.kind = 'platform'
  )
$$;

COMMENT ON FUNCTION app_private.acts_for_platform() IS 'Whether the caller is of the organization that runs Fluence.';

CREATE FUNCTION app_private.beat(worker_id text, seconds integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_dead text[];
begin
  update app_private.worker_heartbeats as h
  set seen_at = now(), alive_until = now() + make_interval(secs => beat.seconds)
  where h.worker_id = beat.worker_id and h.alive_until > now();
  if not found then
    -- New, or kept away: then the others may have been kept away too, and get time to come back.
    insert into app_private.worker_heartbeats as h (worker_id, alive_until)
    values (beat.worker_id, now() + make_interval(secs => beat.seconds))
    on conflict on constraint worker_heartbeats_pkey do update
    set seen_at = excluded.seen_at, alive_until = excluded.alive_until;
    return 0;
  end if;

  with expired as (
    delete from app_private.worker_heartbeats as h
    where h.alive_until < now()
    returning h.worker_id
  )
  select array_agg(e.worker_id) into v_dead from expired as e;
  if v_dead is not null then
    perform app_private.unlock_workers(v_dead);
  end if;
  return coalesce(cardinality(v_dead), 0);
end
$$;

COMMENT ON FUNCTION app_private.beat(worker_id text, seconds integer) IS 'Tells that a worker lives and will be heard of again within so many seconds. Gives the jobs of those who were not to the others, and answers how many workers these were.';

CREATE FUNCTION app_private.check_drift() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_drifted_rows bigint;
begin
  select count(*) into v_drifted_rows from reporting.rollup_drift as d;
  perform app_private.note_drift_check(v_drifted_rows);
  return v_drifted_rows;
end
$$;

COMMENT ON FUNCTION app_private.check_drift() IS 'Compares all roll-ups of all brands with their facts and notes how many rows differ.';

CREATE FUNCTION app_private.check_session(handle text) RETURNS TABLE(role text, acting_brand_id bigint, expires_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return query
  select s.role::text, s.acting_brand_id, s.expires_at
  from app_private.sessions as s
  where s.session_hash = sha256(convert_to(check_session.handle, 'UTF8'))
    and s.revoked_at is null
    and s.expires_at > statement_timestamp();
end
$$;

COMMENT ON FUNCTION app_private.check_session(handle text) IS 'The role, the brand and the end of a live session, or no row; for the server alone.';

CREATE FUNCTION app_private.create_demo_brand(products jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_brand_id bigint;
begin
  -- Two servers may start at once on one database.
  perform pg_advisory_xact_lock(hashtext('fluence demo'));
  if exists (select from app_public.organizations) then
    return exists (select from app_public.organizations as o where o.slug = 'demo');
  end if;

  select o.id into v_brand_id
  from app_private.create_organization('brand', 'demo', 'Demo', 'Europe/Berlin', 'EUR') as o;

  insert into app_public.products (
    brand_id, title, description, category, product_price, cost, currency, stock_quantity
  )
  select v_brand_id, p.title, p.description, p.category, p.price, p.cost, 'EUR', p.stock
  from jsonb_to_recordset(create_demo_brand.products) as p (
    title text, description text, category text, price numeric, cost numeric, stock integer
  );
  return true;
end
$$;

COMMENT ON FUNCTION app_private.create_demo_brand(products jsonb) IS 'Fills the brand "demo" where there is no organization yet: whole or not at all. True if that brand is there.';

CREATE TABLE app_public.organizations (
    id bigint NOT NULL,
    kind app_public.organization_kind DEFAULT 'brand'::app_public.organization_kind NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organizations_name_length_check CHECK (((length(btrim(name)) > 0) AND (length(name) <= 100))),
    CONSTRAINT organizations_slug_form_check CHECK (((slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'::text) AND ((length(slug) >= 2) AND (length(slug) <= 40))))
);

ALTER TABLE ONLY app_public.organizations FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.organizations IS 'One row per organization: a brand, an agency, or the platform itself.';

COMMENT ON COLUMN app_public.organizations.id IS 'Key. For a brand it is the brand_id that leads the key of all its rows.';

COMMENT ON COLUMN app_public.organizations.kind IS 'Brand, agency or platform.';

COMMENT ON COLUMN app_public.organizations.slug IS 'Short name for addresses and commands: lower case letters, digits, hyphens.';

COMMENT ON COLUMN app_public.organizations.name IS 'Name as people write it.';

COMMENT ON COLUMN app_public.organizations.time_zone IS 'IANA name of the reporting time zone: a day or month in a report is local to it.';

COMMENT ON COLUMN app_public.organizations.currency IS 'Default currency of its amounts.';

COMMENT ON COLUMN app_public.organizations.created_at IS 'When it was created.';

CREATE FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) RETURNS app_public.organizations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into app_public.organizations (kind, slug, name, time_zone, currency)
  values (
    create_organization.kind,
    create_organization.slug,
    create_organization.name,
    create_organization.time_zone,
    create_organization.currency
  )
  returning *
$$;

COMMENT ON FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) IS 'Creates an organization and returns it, for the server and the command line.';

CREATE FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into app_private.outbox (organization_id, topic, key, payload)
  values (emit.organization_id, emit.topic, emit.key, emit.payload)
$$;

COMMENT ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) IS 'Writes an event that the worker gets when this transaction has committed. For functions with rights of their own; triggers on many rows write to the outbox themselves.';

CREATE FUNCTION app_private.ended_sessions(handles text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select h.handle
  from unnest(ended_sessions.handles) as h (handle)
  where not exists (select from app_private.check_session(h.handle))
$$;

COMMENT ON FUNCTION app_private.ended_sessions(handles text[]) IS 'Those of the given sessions that are over, so that the server hangs up on them.';

CREATE FUNCTION app_private.enqueue(jobs jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from graphile_worker.add_jobs(
    array(
      select row(
        j.task, j.payload, null, j.run_at, j.max_attempts, j.key, j.priority, null
      )::graphile_worker.job_spec
      from jsonb_to_recordset(enqueue.jobs) as j (
        task text, payload json, key text, run_at timestamptz, max_attempts integer,
        priority integer
      )
    )
  );
end
$$;

COMMENT ON FUNCTION app_private.enqueue(jobs jsonb) IS 'Adds jobs from an array of {task, payload, key, run_at, max_attempts, priority}; a key replaces the job that has it and does not run yet. The only way to the queue for functions with rights of their own. The payload names its organization_id, and holds no personal data.';

CREATE TABLE app_private.outbox_deliveries (
    id bigint NOT NULL,
    organization_id bigint,
    topic text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    task text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    handed_on_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    parked_at timestamp with time zone,
    error_code text,
    CONSTRAINT outbox_deliveries_parked_with_code_check CHECK (((parked_at IS NULL) = (error_code IS NULL)))
);

ALTER TABLE ONLY app_private.outbox_deliveries FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.outbox_deliveries IS 'One row per event that was handed to the worker and is not done yet. The first of each key has a job, unless it is parked; the others wait for it.';

COMMENT ON COLUMN app_private.outbox_deliveries.id IS 'Number of the event, from the outbox.';

COMMENT ON COLUMN app_private.outbox_deliveries.organization_id IS 'The organization it is about; null for the platform itself.';

COMMENT ON COLUMN app_private.outbox_deliveries.topic IS 'What happened.';

COMMENT ON COLUMN app_private.outbox_deliveries.key IS 'What it happened to.';

COMMENT ON COLUMN app_private.outbox_deliveries.payload IS 'Keys of rows and codes that say more.';

COMMENT ON COLUMN app_private.outbox_deliveries.task IS 'The task that works it off.';

COMMENT ON COLUMN app_private.outbox_deliveries.created_at IS 'When the transaction that wrote it began.';

COMMENT ON COLUMN app_private.outbox_deliveries.handed_on_at IS 'When the reader took it.';

COMMENT ON COLUMN app_private.outbox_deliveries.attempts IS 'How often it was tried before it was parked.';

COMMENT ON COLUMN app_private.outbox_deliveries.parked_at IS 'When it was given up until somebody replays or skips it.';

COMMENT ON COLUMN app_private.outbox_deliveries.error_code IS 'Why: a SQLSTATE, bad_payload, worker_died, or the code of the error.';

CREATE FUNCTION app_private.event_job(delivery app_private.outbox_deliveries) RETURNS jsonb
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT jsonb_build_object('task', (delivery).task, 'key', ('event:'::text || (delivery).id), 'max_attempts', 8, 'payload', jsonb_build_object('event_id', ((delivery).id)::text, 'organization_id', ((delivery).organization_id)::text, 'topic', (delivery).topic, 'key', (delivery).key, 'payload', (delivery).payload)) AS jsonb_build_object;
END;

COMMENT ON FUNCTION app_private.event_job(delivery app_private.outbox_deliveries) IS 'The job that works off an event, as app_private.enqueue() takes it.';

CREATE FUNCTION app_private.feed_channel() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select 'fluence_' || left(encode(sha256(convert_to(k.key::text, 'UTF8')), 'hex'), 40)
  from app_private.channel_key as k
$$;

COMMENT ON FUNCTION app_private.feed_channel() IS 'The channel on which the number of a brand is told when its feed has grown. Its name is a secret: everybody who can log in to PostgreSQL may listen to any channel.';

CREATE FUNCTION app_private.forget_failed_jobs(older_than interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_old bigint[];
begin
  select coalesce(array_agg(j.id), '{}') into v_old
  from app_private.list_jobs() as j
  where j.state = 'failed' and j.run_at < now() - forget_failed_jobs.older_than;
  perform app_private.remove_jobs(v_old);
  return cardinality(v_old);
end
$$;

COMMENT ON FUNCTION app_private.forget_failed_jobs(older_than interval) IS 'Removes jobs that failed for good so long ago, and answers how many. Parked events stay.';

CREATE FUNCTION app_private.give_up_job(job_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update graphile_worker._private_jobs as j
  set attempts = j.max_attempts
  where j.id = give_up_job.job_id;
end
$$;

COMMENT ON FUNCTION app_private.give_up_job(job_id bigint) IS 'Makes the running attempt of a job its last: what it is to do cannot be done, ever.';

CREATE FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  v_taken bigint[];
  v_brands bigint[];
begin
  with candidates as materialized (
    select o.id, o.key
    from app_private.outbox as o
    where hand_on_events.tasks ? o.topic
      or exists (select from app_private.feed_topics as f where f.topic = o.topic)
    order by o.id
    limit hand_on_events.at_most
    for update skip locked
  ),
  -- Whoever is about to finish an event looks for the next one of its key under this lock. Such a
  -- key is left for the next round, which is better than waiting for somebody's transaction.
  free_keys as materialized (
    select k.key
    from (select distinct c.key from candidates as c) as k
    where pg_try_advisory_xact_lock(hashtext('fluence event key'), hashtext(k.key))
  ),
  taken as (
    delete from app_private.outbox as o
    using candidates as c
    join free_keys as k on k.key = c.key
    where o.id = c.id
    returning o.*
  ),
  moved as (
    insert into app_private.outbox_deliveries (
      id, organization_id, topic, key, payload, task, created_at
    )
    select
      t.id, t.organization_id, t.topic, t.key, t.payload,
      hand_on_events.tasks ->> t.topic, t.created_at
    from taken as t
    where hand_on_events.tasks ? t.topic
  ),
  for_feeds as (
    select
      t.organization_id as brand_id,
      row_number() over (partition by t.organization_id order by t.id) as place,
      t.*
    from taken as t
    join app_private.feed_topics as f on f.topic = t.topic
  ),
  -- Who reads at the same time waits here, and so gives its entries later positions.
  grown as (
    update app_private.feeds as f
    set last_position = f.last_position + n.entries
    from (select e.brand_id, count(*) as entries from for_feeds as e group by e.brand_id) as n
    where f.brand_id = n.brand_id
    returning f.brand_id, f.last_position - n.entries as before
  ),
  entered as (
    insert into app_private.feed_entries (brand_id, position, topic, payload, happened_at)
    select g.brand_id, g.before + e.place, e.topic, e.payload, e.created_at
    from for_feeds as e
    join grown as g on g.brand_id = e.brand_id
  )
  select (select array_agg(t.id) from taken as t), (select array_agg(g.brand_id) from grown as g)
  into v_taken, v_brands;

  perform pg_notify(app_private.feed_channel(), b.id::text) from unnest(v_brands) as b (id);

  -- A statement of its own, which sees what was finished before its key was locked.
  perform app_private.enqueue(jsonb_agg(app_private.event_job(d) order by d.id))
  from app_private.outbox_deliveries as d
  where d.id = any (v_taken)
    and not exists (
      select from app_private.outbox_deliveries as before
      where before.key = d.key and before.id < d.id
    )
  having count(*) > 0;

  return coalesce(cardinality(v_taken), 0);
end
$$;

COMMENT ON FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) IS 'Takes events out of the outbox, at most so many, all or nothing: moves those that have a task to the deliveries, with a job for the first of each key, and enters those of feed_topics in the feed of their brand. Takes the tasks by topic; events for neither wait. Answers how many.';

CREATE FUNCTION app_private.house_figures() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select jsonb_build_object(
    'drift_checked_at', (select d.checked_at from app_private.drift_checks as d),
    'drift_rows', (select d.drifted_rows from app_private.drift_checks as d),
    'outbox_events', (select count(*) from app_private.outbox),
    'outbox_lag_seconds', (
      select coalesce(greatest(extract(epoch from clock_timestamp() - min(o.created_at)), 0), 0)
      from app_private.outbox as o
    ),
    'parked_events', (
      select count(*) from app_private.outbox_deliveries as d where d.parked_at is not null
    ),
    'jobs', (
      select coalesce(
        jsonb_agg(jsonb_build_object('task', g.task, 'state', g.state, 'jobs', g.jobs)), '[]'
      )
      from (
        select j.task, j.state, count(*) as jobs
        from app_private.list_jobs() as j
        group by j.task, j.state
      ) as g
    )
  )
$$;

COMMENT ON FUNCTION app_private.house_figures() IS 'What the server shows at /metrics of its database: last drift check, outbox and jobs.';

CREATE FUNCTION app_private.is_own_event(event_id bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select exists (
    select from app_private.outbox_deliveries as d
    where d.id = is_own_event.event_id
      and (
        d.organization_id = (select app_public.current_brand_id())
        or (select app_private.acts_for_platform())
      )
  )
$$;

COMMENT ON FUNCTION app_private.is_own_event(event_id bigint) IS 'Whether an event at work is of the caller''s brand, or the caller of the platform.';

CREATE FUNCTION app_private.list_jobs() RETURNS TABLE(id bigint, organization_id bigint, task text, key text, state text, attempts smallint, max_attempts smallint, run_at timestamp with time zone, created_at timestamp with time zone, locked_at timestamp with time zone, worker_id text, error_code text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  return query
  select
    j.id,
    substring(j.payload ->> 'organization_id' from '^\d{1,18}$')::bigint,
    t.identifier,
    j.key,
    case
      when j.locked_at is not null then 'running'
      when j.attempts >= j.max_attempts then 'failed'
      when j.attempts > 0 then 'retrying'
      when j.run_at > now() then 'scheduled'
      else 'waiting'
    end,
    j.attempts,
    j.max_attempts,
    j.run_at,
    j.created_at,
    j.locked_at,
    j.locked_by,
    j.last_error
  from graphile_worker._private_jobs as j
  join graphile_worker._private_tasks as t on t.id = j.task_id;
end
$_$;

COMMENT ON FUNCTION app_private.list_jobs() IS 'All jobs of all organizations without what is in them. For functions that check who asks.';

CREATE FUNCTION app_private.note_drift_check(drifted_rows bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into app_private.drift_checks (checked_at, drifted_rows)
  values (now(), note_drift_check.drifted_rows)
  on conflict (is_only_row) do update set
    checked_at = excluded.checked_at,
    drifted_rows = excluded.drifted_rows
$$;

COMMENT ON FUNCTION app_private.note_drift_check(drifted_rows bigint) IS 'Remembers that roll-ups were compared with their facts just now, and how many rows differed.';

CREATE FUNCTION app_private.open_session(organization_id bigint, role app_public.user_role_enum, lifetime interval) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  -- Two random UUIDs: 244 unguessable bits without an extension.
  v_handle text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  insert into app_private.sessions (
    session_hash, organization_id, acting_brand_id, role, expires_at
  )
  select
    sha256(convert_to(v_handle, 'UTF8')),
    o.id,
    case o.kind when 'brand' then o.id end,
    open_session.role,
    now() + open_session.lifetime
  from app_public.organizations as o
  where o.id = open_session.organization_id;

  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no organization %s.', open_session.organization_id),
      hint = 'Check the id.';
  end if;
  return v_handle;
end
$$;

COMMENT ON FUNCTION app_private.open_session(organization_id bigint, role app_public.user_role_enum, lifetime interval) IS 'Opens a session for an organization in a role and returns its handle, for the server alone.';

CREATE FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  update app_private.outbox_deliveries as d
  set parked_at = now(), error_code = park_event.error_code, attempts = park_event.attempts
  where d.id = park_event.event_id and d.parked_at is null
$$;

COMMENT ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) IS 'Gives an event up until somebody replays or skips it; later events of its key wait for that.';

CREATE FUNCTION app_private.rebuild_category_stock(brand_id bigint) RETURNS bigint
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mended bigint;
begin
  perform pg_advisory_xact_lock(hashtext('fluence rebuild of category_stock'));
  insert into app_hidden.category_stock_slots as s
  select d.*
  from (
    select
      rebuild_category_stock.brand_id,
      category,
      currency,
      0 as slot,
      coalesce(f.products, 0) - coalesce(r.products, 0) as products,
      coalesce(f.products_on_sale, 0) - coalesce(r.products_on_sale, 0) as products_on_sale,
      coalesce(f.known_costs, 0) - coalesce(r.known_costs, 0) as known_costs,
      coalesce(f.units_in_stock, 0) - coalesce(r.units_in_stock, 0) as units_in_stock,
      coalesce(f.stock_value, 0) - coalesce(r.stock_value, 0) as stock_value,
      coalesce(f.stock_cost, 0) - coalesce(r.stock_cost, 0) as stock_cost
    from (
      select s.* from app_hidden.category_stock_sums as s
      where s.brand_id = rebuild_category_stock.brand_id
    ) as r
    full join (
      select s.* from app_hidden.category_stock_facts as s
      where s.brand_id = rebuild_category_stock.brand_id
    ) as f using (category, currency)
  ) as d
  where (
    d.products, d.products_on_sale, d.known_costs, d.units_in_stock, d.stock_value, d.stock_cost
  ) <> (0, 0, 0, 0, 0, 0)
  order by d.category, d.currency
  on conflict on constraint category_stock_slots_pkey do update set
    products = s.products + excluded.products,
    products_on_sale = s.products_on_sale + excluded.products_on_sale,
    known_costs = s.known_costs + excluded.known_costs,
    units_in_stock = s.units_in_stock + excluded.units_in_stock,
    stock_value = s.stock_value + excluded.stock_value,
    stock_cost = s.stock_cost + excluded.stock_cost;
  get diagnostics v_mended = row_count;
  return v_mended;
end
$$;

COMMENT ON FUNCTION app_private.rebuild_category_stock(brand_id bigint) IS 'Makes the roll-up behind reporting.category_stock equal to the brand''s products, should it ever differ. Answers with the number of categories and currencies that did.';

CREATE FUNCTION app_private.release_event(event_id bigint, replay boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_key text;
begin
  if release_event.replay then
    update app_private.outbox_deliveries as d
    set parked_at = null, error_code = null, attempts = 0
    where d.id = release_event.event_id and d.parked_at is not null
    returning d.key into v_key;
  else
    delete from app_private.outbox_deliveries as d
    where d.id = release_event.event_id and d.parked_at is not null
    returning d.key into v_key;
  end if;
  if not found then
    return false;
  end if;
  perform app_private.wake_event_key(v_key);
  return true;
end
$$;

COMMENT ON FUNCTION app_private.release_event(event_id bigint, replay boolean) IS 'Replays a parked event, or skips it; then its key goes on. False if there is no such event. Does not ask who calls: for the command line and for functions that do.';

CREATE FUNCTION app_private.remove_jobs(job_ids bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from graphile_worker.complete_jobs(remove_jobs.job_ids);
end
$$;

COMMENT ON FUNCTION app_private.remove_jobs(job_ids bigint[]) IS 'Takes jobs off the queue that nobody is running.';

CREATE FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  delete from app_private.worker_heartbeats as h where h.worker_id = retire_worker.worker_id;
  perform app_private.unlock_workers(array[retire_worker.worker_id], retire_worker.unbegun);
end
$$;

COMMENT ON FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) IS 'Tells that a worker has ended: what it did not finish is run by others. Names the jobs that it had taken and not begun.';

CREATE FUNCTION app_private.settle_event(event_id bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_key text;
begin
  delete from app_private.outbox_deliveries as d
  where d.id = settle_event.event_id and d.parked_at is null
  returning d.key into v_key;
  if not found then
    return false;
  end if;
  perform app_private.wake_event_key(v_key);
  return true;
end
$$;

COMMENT ON FUNCTION app_private.settle_event(event_id bigint) IS 'Takes an event off the list; false if it was done before. A task''s function calls this first and does its work only on true: both are one transaction, so an event has its effect once, however often its job runs.';

CREATE FUNCTION app_private.sweep_jobs() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_lost text[];
  v_job record;
begin
  -- Locks of workers that died before they were heard of; a new one is heard of within a second.
  select array_agg(distinct j.worker_id) into v_lost
  from app_private.list_jobs() as j
  where j.locked_at < now() - interval '30 seconds'
    and not exists (
      select from app_private.worker_heartbeats as h where h.worker_id = j.worker_id
    );
  if v_lost is not null then
    perform app_private.unlock_workers(v_lost);
  end if;

  -- Events whose last attempt took its worker with it.
  for v_job in
    select j.id, substr(j.key, length('event:') + 1)::bigint as event_id, j.attempts
    from app_private.list_jobs() as j
    where j.state = 'failed' and j.key ~ '^event:\d+$'
  loop
    perform app_private.park_event(v_job.event_id, 'worker_died', v_job.attempts);
    perform app_private.remove_jobs(array[v_job.id]);
  end loop;
end
$_$;

COMMENT ON FUNCTION app_private.sweep_jobs() IS 'Frees jobs that a worker left locked without ever being heard of, and parks events that can not be tried again because their last worker died.';

CREATE FUNCTION app_private.tg__fill_brand() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if NEW.brand_id is null then
    NEW.brand_id := app_public.current_brand_id();
    if NEW.brand_id is null then
      raise exception using
        errcode = 'FL001',
        message = 'You do not act for a brand.',
        hint = 'Sign in and choose a brand.';
    end if;
  end if;
  return NEW;
end
$$;

COMMENT ON FUNCTION app_private.tg__fill_brand() IS 'Gives a new row the caller''s brand, so that nobody has to be allowed to name one.';

CREATE FUNCTION app_private.tg_organizations__check_time_zone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  if not exists (
    select from pg_catalog.pg_timezone_names as z
    where z.name = NEW.time_zone and z.name !~ '^(posix|right)/|^(Factory|localtime|posixrules)$'
  ) then
    raise exception using
      errcode = 'FL101',
      message = format('Unknown time zone "%s".', NEW.time_zone),
      hint = 'Use a name of the IANA time zone database, for example Europe/Istanbul.';
  end if;
  return NEW;
end
$_$;

COMMENT ON FUNCTION app_private.tg_organizations__check_time_zone() IS 'Refuses a time zone that PostgreSQL does not know by its full name.';

CREATE FUNCTION app_private.tg_organizations__keep_feed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if TG_OP = 'INSERT' then
    insert into app_private.feeds (brand_id) values (NEW.id);
  else
    delete from app_private.feeds as f where f.brand_id = OLD.id;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_organizations__keep_feed() IS 'Gives a new brand its feed, and takes it away with the brand.';

CREATE FUNCTION app_private.tg_products__emit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  case TG_OP
    when 'INSERT' then
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        n.brand_id,
        'product.changed',
        'product:' || n.brand_id || ':' || n.id,
        jsonb_build_object('product_id', n.id::text, 'change', 'added')
      from new_rows as n;
    when 'UPDATE' then
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        n.brand_id,
        'product.changed',
        'product:' || n.brand_id || ':' || n.id,
        jsonb_build_object('product_id', n.id::text, 'change', c.change)
      from new_rows as n
      join old_rows as o on o.brand_id = n.brand_id and o.id = n.id
      cross join lateral (
        select case
          when n.retired_at is not null and o.retired_at is null then 'retired'
          else 'edited'
        end
      ) as c (change)
      where n is distinct from o;
    else
      insert into app_private.outbox (organization_id, topic, key, payload)
      select
        o.brand_id,
        'product.changed',
        'product:' || o.brand_id || ':' || o.id,
        jsonb_build_object('product_id', o.id::text, 'change', 'deleted')
      from old_rows as o;
  end case;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_products__emit() IS 'Writes an event product.changed for each product that was added, edited, retired or deleted.';

CREATE FUNCTION app_private.tg_products__roll_up_stock() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_slot constant smallint := pg_backend_pid() % 16;
  v_sign constant integer := case TG_OP when 'DELETE' then -1 else 1 end;
  v_changes app_hidden.category_stock_slots[];
begin
  if TG_OP = 'UPDATE' then
    select array_agg(
      row(
        c.brand_id, c.category, c.currency, v_slot, c.products, c.products_on_sale, c.known_costs,
        c.units_in_stock, c.stock_value, c.stock_cost
      )::app_hidden.category_stock_slots
      order by c.brand_id, c.category, c.currency
    )
    into v_changes
    from (
      select
        p.brand_id,
        p.category,
        p.currency,
        sum(p.sign) as products,
        coalesce(sum(p.sign) filter (where p.on_sale), 0) as products_on_sale,
        coalesce(sum(p.sign) filter (where p.cost is not null), 0) as known_costs,
        sum(p.sign * p.stock_quantity) as units_in_stock,
        sum(p.sign * p.product_price * p.stock_quantity) as stock_value,
        coalesce(sum(p.sign * p.cost * p.stock_quantity), 0) as stock_cost
      from (
        select 1 as sign, n.* from new_rows as n
        union all
        select -1, o.* from old_rows as o
      ) as p
      where p.retired_at is null
      group by p.brand_id, p.category, p.currency
    ) as c
    where (
      c.products, c.products_on_sale, c.known_costs, c.units_in_stock, c.stock_value, c.stock_cost
    ) <> (0, 0, 0, 0, 0, 0);
  else
    select array_agg(
      row(
        c.brand_id, c.category, c.currency, v_slot, c.products, c.products_on_sale, c.known_costs,
        c.units_in_stock, c.stock_value, c.stock_cost
      )::app_hidden.category_stock_slots
      order by c.brand_id, c.category, c.currency
    )
    into v_changes
    from (
      select
        p.brand_id,
        p.category,
        p.currency,
        v_sign * count(*) as products,
        v_sign * count(*) filter (where p.on_sale) as products_on_sale,
        v_sign * count(p.cost) as known_costs,
        v_sign * sum(p.stock_quantity) as units_in_stock,
        v_sign * sum(p.product_price * p.stock_quantity) as stock_value,
        v_sign * coalesce(sum(p.cost * p.stock_quantity), 0) as stock_cost
      from changed_rows as p
      where p.retired_at is null
      group by p.brand_id, p.category, p.currency
    ) as c;
  end if;

  if v_changes is not null then
    insert into app_hidden.category_stock_slots as s
    select c.* from unnest(v_changes) as c
    on conflict on constraint category_stock_slots_pkey do update set
      products = s.products + excluded.products,
      products_on_sale = s.products_on_sale + excluded.products_on_sale,
      known_costs = s.known_costs + excluded.known_costs,
      units_in_stock = s.units_in_stock + excluded.units_in_stock,
      stock_value = s.stock_value + excluded.stock_value,
      stock_cost = s.stock_cost + excluded.stock_cost;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_products__roll_up_stock() IS 'Adds what a statement changed in the stock to the roll-up that reporting.category_stock reads.';

CREATE FUNCTION app_private.tg_products__stay_retired() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.retired_at is not null and NEW.retired_at is distinct from OLD.retired_at then
    raise exception using
      errcode = 'FL201',
      message = format('Product %s is retired already.', OLD.id),
      hint = 'Add it as a new product.';
  end if;
  return NEW;
end
$$;

COMMENT ON FUNCTION app_private.tg_products__stay_retired() IS 'Retired is for good: neither taken back nor moved to another time.';

CREATE FUNCTION app_private.trim_feeds(older_than interval) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  with old as (
    select e.brand_id, max(e.position) as position
    from app_private.feed_entries as e
    where e.entered_at < now() - trim_feeds.older_than
    group by e.brand_id
  ),
  gone as (
    delete from app_private.feed_entries as e
    using old as o
    where e.brand_id = o.brand_id and e.position <= o.position
  )
  update app_private.feeds as f
  set trimmed_to = o.position
  from old as o
  where f.brand_id = o.brand_id
$$;

COMMENT ON FUNCTION app_private.trim_feeds(older_than interval) IS 'Takes entries that are older out of the feeds, and notes how far.';

CREATE FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[] DEFAULT '{}'::bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update graphile_worker._private_jobs as j
  set attempts = j.attempts - 1
  where j.id = any (unlock_workers.unbegun)
    and j.locked_by = any (unlock_workers.worker_ids)
    and j.attempts > 0;
  perform graphile_worker.force_unlock_workers(unlock_workers.worker_ids);
  -- Else they would wait until somebody looks again by himself.
  perform pg_notify('jobs:insert', '{"count":1}');
end
$$;

COMMENT ON FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[]) IS 'Takes the locks of workers that are gone off their jobs, so that others run them; a job that was not begun gets its attempt back.';

CREATE FUNCTION app_private.visible_jobs() RETURNS TABLE(id bigint, organization_id bigint, task text, key text, state text, attempts smallint, max_attempts smallint, run_at timestamp with time zone, created_at timestamp with time zone, error_code text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    j.id, j.organization_id, j.task, j.key, j.state, j.attempts, j.max_attempts, j.run_at,
    j.created_at, j.error_code
  from app_private.list_jobs() as j
  where j.organization_id = (select app_public.current_brand_id())
    or (select app_private.acts_for_platform())
$$;

COMMENT ON FUNCTION app_private.visible_jobs() IS 'The jobs that the calling admin may see: those of the brand, or all for the platform''s.';

CREATE FUNCTION app_private.wake_event_key(key text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- The reader holds this lock while it looks whether a key is at work. So either it finds the
  -- event gone that was just finished, or the next statement here finds what it has brought.
  perform pg_advisory_xact_lock(hashtext('fluence event key'), hashtext(wake_event_key.key));
  perform app_private.enqueue(jsonb_build_array(app_private.event_job(d)))
  from app_private.outbox_deliveries as d
  where d.key = wake_event_key.key
  order by d.id
  limit 1;
end
$$;

COMMENT ON FUNCTION app_private.wake_event_key(key text) IS 'Gives the next event of a key its job, when the one before it is gone.';

CREATE FUNCTION app_public.current_brand_id() RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.acting_brand_id from app_private.current_session as c);
  end if;
  return (select c.acting_brand_id from app_private.current_login as c);
end
$$;

COMMENT ON FUNCTION app_public.current_brand_id() IS 'The brand that the caller acts for, or null. Policies compare brand_id with it.';

CREATE FUNCTION app_public.current_organization_id() RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.organization_id from app_private.current_session as c);
  end if;
  return (select c.organization_id from app_private.current_login as c);
end
$$;

COMMENT ON FUNCTION app_public.current_organization_id() IS 'The organization of the caller, or null.';

CREATE FUNCTION app_public.current_time_zone() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select o.time_zone
    from app_public.organizations as o
    where o.id = coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  );
end
$$;

COMMENT ON FUNCTION app_public.current_time_zone() IS 'The reporting time zone of the caller''s brand: where its days and months begin.';

CREATE FUNCTION app_public.feed_position(after bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_last bigint;
  v_trimmed_to bigint;
begin
  select f.last_position, f.trimmed_to into v_last, v_trimmed_to
  from app_private.feeds as f
  where f.brand_id = (select app_public.current_brand_id());

  if not found then
    raise exception using
      errcode = 'FL001',
      message = 'You do not act for a brand.',
      hint = 'Sign in and choose a brand.';
  end if;
  if feed_position.after not between v_trimmed_to and v_last then
    raise exception using
      errcode = 'FL003',
      message = format('The feed does not go on from position %s.', feed_position.after),
      hint = 'Ask for the position, load anew what you show, and go on from there.';
  end if;
  return coalesce(feed_position.after, v_last);
end
$$;

COMMENT ON FUNCTION app_public.feed_position(after bigint) IS 'The position of the newest entry in the feed of the brand; or the position that is given, if the feed still goes on from there. Ask for it, then load, then subscribe after it: nothing is missed.';

CREATE FUNCTION app_public.replay_event(event_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not app_private.is_own_event(replay_event.event_id)
    or not app_private.release_event(replay_event.event_id, replay => true)
  then
    raise exception using
      errcode = 'FL002',
      message = format('There is no parked event %s.', replay_event.event_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.replay_event(event_id bigint) IS 'Tries a parked event again, from the first attempt on; then its key goes on.';

CREATE TABLE app_public.products (
    brand_id bigint NOT NULL,
    id bigint NOT NULL,
    source text DEFAULT 'fluence'::text NOT NULL,
    source_id text,
    title text NOT NULL,
    description text,
    category text NOT NULL,
    product_price numeric NOT NULL,
    cost numeric,
    currency text NOT NULL,
    stock_quantity integer DEFAULT 0 NOT NULL,
    on_sale boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT products_category_length_check CHECK (((length(btrim(category)) > 0) AND (length(category) <= 100))),
    CONSTRAINT products_cost_is_exact_check CHECK (((cost >= (0)::numeric) AND (cost < '1000000000000'::numeric) AND (scale(cost) <= 4))),
    CONSTRAINT products_description_length_check CHECK ((length(description) <= 10000)),
    CONSTRAINT products_on_sale_not_retired_check CHECK ((NOT (on_sale AND (retired_at IS NOT NULL)))),
    CONSTRAINT products_price_is_exact_check CHECK (((product_price >= (0)::numeric) AND (product_price < '1000000000000'::numeric) AND (scale(product_price) <= 4))),
    CONSTRAINT products_retired_at_finite_check CHECK (isfinite(retired_at)),
    CONSTRAINT products_stock_quantity_check CHECK ((stock_quantity >= 0)),
    CONSTRAINT products_title_length_check CHECK (((length(btrim(title)) > 0) AND (length(title) <= 100)))
);

ALTER TABLE ONLY app_public.products FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.products IS '@behavior +resource:aggregates +resource:groupedAggregates
One row per product of a brand, sold now or retired.';

COMMENT ON COLUMN app_public.products.brand_id IS 'The brand it belongs to.';

COMMENT ON COLUMN app_public.products.id IS 'Number within the brand: the shop''s own for imported products, from 10^12 on for ours.';

COMMENT ON COLUMN app_public.products.source IS 'Where the row comes from: fluence, or the name of the system it was imported from.';

COMMENT ON COLUMN app_public.products.source_id IS 'Its key in that system.';

COMMENT ON COLUMN app_public.products.title IS 'Name as the shop shows it.';

COMMENT ON COLUMN app_public.products.description IS 'Text as the shop shows it.';

COMMENT ON COLUMN app_public.products.category IS 'Category it is reported under.';

COMMENT ON COLUMN app_public.products.product_price IS 'Price of one unit, in its currency.';

COMMENT ON COLUMN app_public.products.cost IS 'Cost of goods of one unit, in its currency; null if not known.';

COMMENT ON COLUMN app_public.products.currency IS 'Currency of price and cost.';

COMMENT ON COLUMN app_public.products.stock_quantity IS 'Units in stock.';

COMMENT ON COLUMN app_public.products.on_sale IS 'Whether the shop offers it now.';

COMMENT ON COLUMN app_public.products.created_at IS '@behavior +orderBy
When it was added.';

COMMENT ON COLUMN app_public.products.retired_at IS 'When it was taken out of the range for good. Retired products keep their history.';

CREATE FUNCTION app_public.retire_product(product_id bigint) RETURNS app_public.products
    LANGUAGE plpgsql STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_product app_public.products;
begin
  select p.* into v_product
  from app_public.products as p
  where p.brand_id = (select app_public.current_brand_id())
    and p.id = retire_product.product_id
  for update;

  if v_product.id is null then
    raise exception using
      errcode = 'FL002',
      message = format('There is no product %s.', retire_product.product_id),
      hint = 'Check the id.';
  end if;
  if v_product.retired_at is not null then
    raise exception using
      errcode = 'FL201',
      message = format('Product %s is retired already.', retire_product.product_id);
  end if;

  update app_public.products as p
  set retired_at = now(), on_sale = false
  where p.brand_id = v_product.brand_id and p.id = v_product.id
  returning p.* into v_product;
  return v_product;
end
$$;

COMMENT ON FUNCTION app_public.retire_product(product_id bigint) IS 'Takes a product out of the range for good; its sales stay. Answers with the product.';

CREATE FUNCTION app_public.skip_event(event_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not app_private.is_own_event(skip_event.event_id)
    or not app_private.release_event(skip_event.event_id, replay => false)
  then
    raise exception using
      errcode = 'FL002',
      message = format('There is no parked event %s.', skip_event.event_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.skip_event(event_id bigint) IS 'Gives a parked event up for good; the next event of its key is worked off.';

CREATE FUNCTION lint.code_of(function_oid oid) RETURNS text
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT regexp_replace(regexp_replace(COALESCE(pg_get_function_sqlbody(p.oid), p.prosrc), '/\*.*?\*/'::text, ''::text, 'g'::text), '--[^\n]*'::text, ''::text, 'g'::text) AS regexp_replace
    FROM pg_proc p
   WHERE (p.oid = code_of.function_oid);
END;

COMMENT ON FUNCTION lint.code_of(function_oid oid) IS 'The body of a function without its comments.';

CREATE FUNCTION lint.is_ours(schema_oid oid) RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (schema_oid = ANY (ARRAY[('app_public'::regnamespace)::oid, ('app_hidden'::regnamespace)::oid, ('app_private'::regnamespace)::oid, ('reporting'::regnamespace)::oid, ('staff'::regnamespace)::oid, ('lint'::regnamespace)::oid]));
END;

COMMENT ON FUNCTION lint.is_ours(schema_oid oid) IS 'Whether a schema is one of the house''s: those are the ones that the rules are for.';

CREATE VIEW app_hidden.category_stock_facts WITH (security_invoker='true') AS
 SELECT p.brand_id,
    p.category,
    p.currency,
    count(*) AS products,
    count(*) FILTER (WHERE p.on_sale) AS products_on_sale,
    count(p.cost) AS known_costs,
    sum(p.stock_quantity) AS units_in_stock,
    sum((p.product_price * (p.stock_quantity)::numeric)) AS stock_value,
    COALESCE(sum((p.cost * (p.stock_quantity)::numeric)), (0)::numeric) AS stock_cost
   FROM app_public.products p
  WHERE (p.retired_at IS NULL)
  GROUP BY p.brand_id, p.category, p.currency;

COMMENT ON VIEW app_hidden.category_stock_facts IS 'One row per category and currency of a brand: what the roll-up app_hidden.category_stock_slots must add up to, from the products themselves.';

COMMENT ON COLUMN app_hidden.category_stock_facts.brand_id IS 'The brand.';

COMMENT ON COLUMN app_hidden.category_stock_facts.category IS 'Category of the products.';

COMMENT ON COLUMN app_hidden.category_stock_facts.currency IS 'Currency of the amounts.';

COMMENT ON COLUMN app_hidden.category_stock_facts.products IS 'Number of products.';

COMMENT ON COLUMN app_hidden.category_stock_facts.products_on_sale IS 'Number of those on offer now.';

COMMENT ON COLUMN app_hidden.category_stock_facts.known_costs IS 'Number of those whose cost is known.';

COMMENT ON COLUMN app_hidden.category_stock_facts.units_in_stock IS 'Sum of the units in stock.';

COMMENT ON COLUMN app_hidden.category_stock_facts.stock_value IS 'Those units at their price.';

COMMENT ON COLUMN app_hidden.category_stock_facts.stock_cost IS 'Those units at their cost, where it is known.';

CREATE TABLE app_hidden.category_stock_slots (
    brand_id bigint NOT NULL,
    category text NOT NULL,
    currency text NOT NULL,
    slot smallint NOT NULL,
    products bigint NOT NULL,
    products_on_sale bigint NOT NULL,
    known_costs bigint NOT NULL,
    units_in_stock bigint NOT NULL,
    stock_value numeric NOT NULL,
    stock_cost numeric NOT NULL,
    CONSTRAINT category_stock_slots_slot_range_check CHECK (((slot >= 0) AND (slot <= 15)))
);

ALTER TABLE ONLY app_hidden.category_stock_slots FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_hidden.category_stock_slots IS 'One row per category and currency of a brand and slot: its part of what reporting.category_stock adds up. Written by triggers on app_public.products alone.';

COMMENT ON COLUMN app_hidden.category_stock_slots.brand_id IS 'The brand.';

COMMENT ON COLUMN app_hidden.category_stock_slots.category IS 'Category of the products.';

COMMENT ON COLUMN app_hidden.category_stock_slots.currency IS 'Currency of the amounts.';

COMMENT ON COLUMN app_hidden.category_stock_slots.slot IS 'Which of the sixteen parts: writers at the same time mostly write to different ones.';

COMMENT ON COLUMN app_hidden.category_stock_slots.products IS 'Number of products.';

COMMENT ON COLUMN app_hidden.category_stock_slots.products_on_sale IS 'Number of those on offer now.';

COMMENT ON COLUMN app_hidden.category_stock_slots.known_costs IS 'Number of those whose cost is known.';

COMMENT ON COLUMN app_hidden.category_stock_slots.units_in_stock IS 'Sum of the units in stock.';

COMMENT ON COLUMN app_hidden.category_stock_slots.stock_value IS 'Those units at their price.';

COMMENT ON COLUMN app_hidden.category_stock_slots.stock_cost IS 'Those units at their cost, where it is known.';

CREATE VIEW app_hidden.category_stock_sums WITH (security_invoker='true') AS
 SELECT s.brand_id,
    s.category,
    s.currency,
    (sum(s.products))::bigint AS products,
    (sum(s.products_on_sale))::bigint AS products_on_sale,
    (sum(s.known_costs))::bigint AS known_costs,
    (sum(s.units_in_stock))::bigint AS units_in_stock,
    sum(s.stock_value) AS stock_value,
    sum(s.stock_cost) AS stock_cost
   FROM app_hidden.category_stock_slots s
  GROUP BY s.brand_id, s.category, s.currency;

COMMENT ON VIEW app_hidden.category_stock_sums IS 'One row per category and currency of a brand that has or had products: the roll-up with its slots added up.';

COMMENT ON COLUMN app_hidden.category_stock_sums.brand_id IS 'The brand.';

COMMENT ON COLUMN app_hidden.category_stock_sums.category IS 'Category of the products.';

COMMENT ON COLUMN app_hidden.category_stock_sums.currency IS 'Currency of the amounts.';

COMMENT ON COLUMN app_hidden.category_stock_sums.products IS 'Number of products.';

COMMENT ON COLUMN app_hidden.category_stock_sums.products_on_sale IS 'Number of those on offer now.';

COMMENT ON COLUMN app_hidden.category_stock_sums.known_costs IS 'Number of those whose cost is known.';

COMMENT ON COLUMN app_hidden.category_stock_sums.units_in_stock IS 'Sum of the units in stock.';

COMMENT ON COLUMN app_hidden.category_stock_sums.stock_value IS 'Those units at their price.';

COMMENT ON COLUMN app_hidden.category_stock_sums.stock_cost IS 'Those units at their cost, where it is known.';

CREATE VIEW app_hidden.category_stock_drift WITH (security_invoker='true') AS
 SELECT brand_id,
    jsonb_build_object('category', category, 'currency', currency) AS key,
    m.measure,
    m.rollup_value,
    m.fact_value
   FROM ((app_hidden.category_stock_sums r
     FULL JOIN app_hidden.category_stock_facts f USING (brand_id, category, currency))
     CROSS JOIN LATERAL ( VALUES ('products'::text,(COALESCE(r.products, (0)::bigint))::numeric,(COALESCE(f.products, (0)::bigint))::numeric), ('products_on_sale'::text,COALESCE(r.products_on_sale, (0)::bigint),COALESCE(f.products_on_sale, (0)::bigint)), ('known_costs'::text,COALESCE(r.known_costs, (0)::bigint),COALESCE(f.known_costs, (0)::bigint)), ('units_in_stock'::text,COALESCE(r.units_in_stock, (0)::bigint),COALESCE(f.units_in_stock, (0)::bigint)), ('stock_value'::text,COALESCE(r.stock_value, (0)::numeric),COALESCE(f.stock_value, (0)::numeric)), ('stock_cost'::text,COALESCE(r.stock_cost, (0)::numeric),COALESCE(f.stock_cost, (0)::numeric))) m(measure, rollup_value, fact_value))
  WHERE (m.rollup_value <> m.fact_value);

COMMENT ON VIEW app_hidden.category_stock_drift IS 'One row per measure of the roll-up app_hidden.category_stock_slots that differs from the products. A branch of reporting.rollup_drift.';

COMMENT ON COLUMN app_hidden.category_stock_drift.brand_id IS 'The brand.';

COMMENT ON COLUMN app_hidden.category_stock_drift.key IS 'Category and currency.';

COMMENT ON COLUMN app_hidden.category_stock_drift.measure IS 'The column that differs.';

COMMENT ON COLUMN app_hidden.category_stock_drift.rollup_value IS 'What the roll-up says.';

COMMENT ON COLUMN app_hidden.category_stock_drift.fact_value IS 'What the products say.';

CREATE TABLE app_private.channel_key (
    is_only_row boolean DEFAULT true NOT NULL,
    key uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT channel_key_has_one_row_check CHECK (is_only_row)
);

ALTER TABLE ONLY app_private.channel_key FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.channel_key IS 'One row: the secret that makes the names of notification channels impossible to guess.';

COMMENT ON COLUMN app_private.channel_key.is_only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN app_private.channel_key.key IS 'The secret, made with the database.';

CREATE TABLE app_private.database_logins (
    login_oid oid NOT NULL,
    login_name name NOT NULL,
    organization_id bigint NOT NULL,
    acting_brand_id bigint,
    role app_public.user_role_enum NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone
);

ALTER TABLE ONLY app_private.database_logins FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.database_logins IS 'One row per database login of a person or a BI tool: whom it acts for, and in which role.';

COMMENT ON COLUMN app_private.database_logins.login_oid IS 'OID of the login role: a role dropped and made again under the same name is another one.';

COMMENT ON COLUMN app_private.database_logins.login_name IS 'Name of the login when it was bound.';

COMMENT ON COLUMN app_private.database_logins.organization_id IS 'The organization of its holder.';

COMMENT ON COLUMN app_private.database_logins.acting_brand_id IS 'The brand it acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.database_logins.role IS 'Its one business role.';

COMMENT ON COLUMN app_private.database_logins.created_at IS 'When it was bound.';

COMMENT ON COLUMN app_private.database_logins.revoked_at IS 'When its access was ended.';

CREATE VIEW app_private.current_login WITH (security_invoker='true') AS
 SELECT l.organization_id,
    l.acting_brand_id,
    l.role
   FROM app_private.database_logins l
  WHERE ((SESSION_USER <> 'fluence_authenticator'::name) AND (l.login_oid = ( SELECT r.oid
           FROM pg_roles r
          WHERE (r.rolname = SESSION_USER))) AND (l.revoked_at IS NULL));

COMMENT ON VIEW app_private.current_login IS 'One row if a bound database login is calling, else none: organization, brand, role.';

COMMENT ON COLUMN app_private.current_login.organization_id IS 'The organization of the caller.';

COMMENT ON COLUMN app_private.current_login.acting_brand_id IS 'The brand the caller acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.current_login.role IS 'The role the caller acts in.';

CREATE TABLE app_private.sessions (
    session_hash bytea NOT NULL,
    organization_id bigint NOT NULL,
    acting_brand_id bigint,
    role app_public.user_role_enum NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT sessions_end_after_they_begin_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_hash_is_sha256_check CHECK ((octet_length(session_hash) = 32))
);

ALTER TABLE ONLY app_private.sessions FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.sessions IS 'One row per session of the API: for which organization it acts, in which role, how long.';

COMMENT ON COLUMN app_private.sessions.session_hash IS 'SHA-256 of the handle. The handle itself is known to its holder only.';

COMMENT ON COLUMN app_private.sessions.organization_id IS 'The organization of its holder.';

COMMENT ON COLUMN app_private.sessions.acting_brand_id IS 'The brand it acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.sessions.role IS 'The role it acts in; no other is accepted.';

COMMENT ON COLUMN app_private.sessions.created_at IS 'When it was opened.';

COMMENT ON COLUMN app_private.sessions.expires_at IS 'When it ends by itself.';

COMMENT ON COLUMN app_private.sessions.revoked_at IS 'When it was ended before that.';

CREATE VIEW app_private.current_session WITH (security_invoker='true') AS
 SELECT s.organization_id,
    s.acting_brand_id,
    s.role
   FROM app_private.sessions s
  WHERE ((SESSION_USER = 'fluence_authenticator'::name) AND (s.session_hash = sha256(convert_to(current_setting('fluence.session_id'::text, true), 'UTF8'::name))) AND (s.revoked_at IS NULL) AND (s.expires_at > statement_timestamp()) AND (current_setting('role'::text) = ('fluence_'::text || s.role)));

COMMENT ON VIEW app_private.current_session IS 'One row if the server is calling for a live session, else none: organization, brand, role.';

COMMENT ON COLUMN app_private.current_session.organization_id IS 'The organization of the caller.';

COMMENT ON COLUMN app_private.current_session.acting_brand_id IS 'The brand the caller acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.current_session.role IS 'The role the caller acts in.';

CREATE TABLE app_private.drift_checks (
    is_only_row boolean DEFAULT true NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    drifted_rows bigint NOT NULL,
    CONSTRAINT drift_checks_drifted_rows_range_check CHECK ((drifted_rows >= 0)),
    CONSTRAINT drift_checks_has_one_row_check CHECK (is_only_row)
);

ALTER TABLE ONLY app_private.drift_checks FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.drift_checks IS 'When roll-ups were last compared with their facts. One row, or none before the first check.';

COMMENT ON COLUMN app_private.drift_checks.is_only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN app_private.drift_checks.checked_at IS 'When the check was made.';

COMMENT ON COLUMN app_private.drift_checks.drifted_rows IS 'How many roll-up rows differed from their facts; 0 is what it must be.';

CREATE TABLE app_private.feed_entries (
    brand_id bigint NOT NULL,
    "position" bigint NOT NULL,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    entered_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY app_private.feed_entries FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.feed_entries IS 'One row per event that subscribers may follow: what happened in a brand in the last day, in the order in which it was committed.';

COMMENT ON COLUMN app_private.feed_entries.brand_id IS 'The brand.';

COMMENT ON COLUMN app_private.feed_entries."position" IS 'Place in the feed of the brand: 1, 2, 3, without a hole.';

COMMENT ON COLUMN app_private.feed_entries.topic IS 'What happened.';

COMMENT ON COLUMN app_private.feed_entries.payload IS 'Keys of rows and codes that say more.';

COMMENT ON COLUMN app_private.feed_entries.happened_at IS 'When the transaction in which it happened began.';

COMMENT ON COLUMN app_private.feed_entries.entered_at IS 'When the reader entered it.';

CREATE TABLE app_private.feed_topics (
    topic text NOT NULL
);

ALTER TABLE ONLY app_private.feed_topics FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.feed_topics IS 'One row per kind of event that is kept in the feed of its brand.';

COMMENT ON COLUMN app_private.feed_topics.topic IS 'What happened, as the event names it.';

CREATE TABLE app_private.feeds (
    brand_id bigint NOT NULL,
    last_position bigint DEFAULT 0 NOT NULL,
    trimmed_to bigint DEFAULT 0 NOT NULL,
    CONSTRAINT feeds_trimmed_within_range_check CHECK (((trimmed_to >= 0) AND (trimmed_to <= last_position)))
);

ALTER TABLE ONLY app_private.feeds FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.feeds IS 'One row per brand: how far its feed goes.';

COMMENT ON COLUMN app_private.feeds.brand_id IS 'The brand.';

COMMENT ON COLUMN app_private.feeds.last_position IS 'Position of the newest entry.';

COMMENT ON COLUMN app_private.feeds.trimmed_to IS 'Position of the newest entry that is gone because of its age; 0 if none is.';

CREATE TABLE app_private.loaded_sources (
    is_only_row boolean DEFAULT true NOT NULL,
    sources_hash text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT loaded_sources_has_one_row_check CHECK (is_only_row)
);

ALTER TABLE ONLY app_private.loaded_sources FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.loaded_sources IS 'Which state of sql/ this database runs. One row, or none while the loader is at work.';

COMMENT ON COLUMN app_private.loaded_sources.is_only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN app_private.loaded_sources.sources_hash IS 'SHA-256 over the names and texts of all files that the loader applied.';

COMMENT ON COLUMN app_private.loaded_sources.loaded_at IS 'When the loader committed.';

CREATE TABLE app_private.outbox (
    id bigint NOT NULL,
    organization_id bigint,
    topic text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT outbox_payload_holds_ids_check CHECK ((((payload)::text ~ '^\{[^@]*\}$'::text) AND (pg_column_size(payload) <= 500)))
);

ALTER TABLE ONLY app_private.outbox FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.outbox IS 'One row per event that was committed and that no reader of the outbox has seen yet.';

COMMENT ON COLUMN app_private.outbox.id IS 'Number of the event. Within a key, a later event has a higher one.';

COMMENT ON COLUMN app_private.outbox.organization_id IS 'The organization it is about; null for the platform itself.';

COMMENT ON COLUMN app_private.outbox.topic IS 'What happened, for example product.changed.';

COMMENT ON COLUMN app_private.outbox.key IS 'What it happened to, unique across brands: events of one key are worked off in their order.';

COMMENT ON COLUMN app_private.outbox.payload IS 'Keys of rows and codes that say more. Never personal data: it is copied to jobs.';

COMMENT ON COLUMN app_private.outbox.created_at IS 'When its transaction began.';

ALTER TABLE app_private.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_private.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE app_private.worker_heartbeats (
    worker_id text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    alive_until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY app_private.worker_heartbeats FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.worker_heartbeats IS 'One row per running worker, as the jobs that it has locked name it.';

COMMENT ON COLUMN app_private.worker_heartbeats.worker_id IS 'Its name in the locks of jobs.';

COMMENT ON COLUMN app_private.worker_heartbeats.started_at IS 'When it was first heard of.';

COMMENT ON COLUMN app_private.worker_heartbeats.seen_at IS 'When it was last heard of.';

COMMENT ON COLUMN app_private.worker_heartbeats.alive_until IS 'Until when it vouches for itself. After that its jobs are given to others.';

CREATE TABLE app_public.currencies (
    code text NOT NULL,
    name text NOT NULL,
    minor_units smallint NOT NULL,
    CONSTRAINT currencies_code_is_iso_4217_check CHECK ((code ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT currencies_minor_units_range_check CHECK (((minor_units >= 0) AND (minor_units <= 4)))
);

ALTER TABLE ONLY app_public.currencies FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.currencies IS 'One row per currency that amounts may be in (ISO 4217). Reference data, the same for all.';

COMMENT ON COLUMN app_public.currencies.code IS 'ISO 4217 code, for example EUR.';

COMMENT ON COLUMN app_public.currencies.name IS 'English name of the currency.';

COMMENT ON COLUMN app_public.currencies.minor_units IS 'Decimals of the smallest unit: 2 for cents, 0 for yen.';

CREATE VIEW app_public.error_codes WITH (security_invoker='true') AS
 SELECT e.code,
    e.name,
    e.meaning,
    e.advice
   FROM ( VALUES ('FL001'::text,'no_brand'::text,'The caller does not act for a brand, so there is nothing to write to.'::text,'Sign in and choose a brand; a database login must be bound to one.'::text), ('FL002'::text,'not_found'::text,'There is no such row, or it belongs to somebody else.'::text,'Check the id.'::text), ('FL003'::text,'feed_does_not_go_on'::text,'The feed keeps a day of entries; the position is older than that, or there is none such.'::text,'Ask for feedPosition, load anew what you show, and follow the feed from there.'::text), ('FL101'::text,'unknown_time_zone'::text,'The time zone is not one that PostgreSQL knows by its full name.'::text,'Use a name of the IANA time zone database, for example Europe/Istanbul.'::text), ('FL201'::text,'already_retired'::text,'The product was retired before.'::text,'Nothing is to be done.'::text), ('FL901'::text,'malformed'::text,'The request is not one that can be understood.'::text,'Mend the request; the message says where.'::text), ('FL902'::text,'too_much'::text,'The request asks for more than one request may.'::text,'Ask for less, in several requests.'::text), ('FL903'::text,'signed_out'::text,'The session is over or was never there.'::text,'Sign in again.'::text), ('FL904'::text,'unknown_operation'::text,'The operation is not one of those that this server knows.'::text,'Send a known one.'::text), ('FL905'::text,'unavailable'::text,'The database does not answer at the moment.'::text,'Try again in a little while.'::text), ('FL906'::text,'internal'::text,'Something went wrong on our side.'::text,'Tell the operator the reference; the log has the rest.'::text), ('FL911'::text,'duplicate'::text,'There is such a row already.'::text,'Change the value that must be unique.'::text), ('FL912'::text,'still_referenced'::text,'Another row refers to this one, or the one referred to is missing.'::text,'Check the reference.'::text), ('FL913'::text,'rule_broken'::text,'A value breaks a rule; its name stands beside the code.'::text,'Change the value.'::text), ('FL914'::text,'missing_value'::text,'A value is missing.'::text,'Give it.'::text), ('FL915'::text,'invalid_value'::text,'A value is not of its type or out of its range.'::text,'Change the value.'::text), ('FL916'::text,'forbidden'::text,'The role of the caller has not got the right.'::text,'Ask somebody who has.'::text), ('FL917'::text,'conflict'::text,'Somebody else changed the same rows at the same time.'::text,'Try again.'::text), ('FL918'::text,'too_slow'::text,'It took longer than it may.'::text,'Ask for less.'::text)) e(code, name, meaning, advice);

COMMENT ON VIEW app_public.error_codes IS '@primaryKey code
One row per error code of our own: what it means and what to do about it.';

COMMENT ON COLUMN app_public.error_codes.code IS 'SQLSTATE of class FL, as it stands in the answer.';

COMMENT ON COLUMN app_public.error_codes.name IS 'Short name, stable, for use in programs.';

COMMENT ON COLUMN app_public.error_codes.meaning IS 'What happened.';

COMMENT ON COLUMN app_public.error_codes.advice IS 'What the reader can do about it.';

ALTER TABLE app_public.organizations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.organizations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.parked_events WITH (security_invoker='true') AS
 SELECT d.id,
    d.organization_id,
    d.topic,
    d.key,
    d.payload,
    d.task,
    d.attempts,
    d.error_code,
    d.created_at,
    d.parked_at
   FROM app_private.outbox_deliveries d
  WHERE (d.parked_at IS NOT NULL);

COMMENT ON VIEW app_public.parked_events IS '@primaryKey id
One row per event of the brand that could not be worked off and waits for replay_event() or skip_event(); later events of its key wait with it. The platform''s admins see those of all.';

COMMENT ON COLUMN app_public.parked_events.id IS 'Number of the event.';

COMMENT ON COLUMN app_public.parked_events.organization_id IS 'The organization it is about; null for the platform itself.';

COMMENT ON COLUMN app_public.parked_events.topic IS 'What happened.';

COMMENT ON COLUMN app_public.parked_events.key IS 'What it happened to.';

COMMENT ON COLUMN app_public.parked_events.payload IS 'Keys of rows and codes that say more.';

COMMENT ON COLUMN app_public.parked_events.task IS 'The task that should have worked it off.';

COMMENT ON COLUMN app_public.parked_events.attempts IS 'How often it was tried.';

COMMENT ON COLUMN app_public.parked_events.error_code IS 'Why: a SQLSTATE, bad_payload, worker_died, or the code of the error.';

COMMENT ON COLUMN app_public.parked_events.created_at IS 'When it happened.';

COMMENT ON COLUMN app_public.parked_events.parked_at IS 'When it was given up.';

CREATE VIEW app_public.product_changes WITH (security_invoker='true') AS
 SELECT e.brand_id,
    e."position",
    ((e.payload ->> 'product_id'::text))::bigint AS product_id,
    ((e.payload ->> 'change'::text))::app_public.product_change_kind AS change,
    e.happened_at
   FROM app_private.feed_entries e
  WHERE ((e.brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)) AND (e.topic = 'product.changed'::text));

COMMENT ON VIEW app_public.product_changes IS '@primaryKey brand_id,position
@foreignKey (brand_id, product_id) references app_public.products (brand_id, id)
@subscription productChanged
One row per change of a product of the brand in the last day, in the order in which they were committed. The subscription productChanged tells each as it happens.';

COMMENT ON COLUMN app_public.product_changes.brand_id IS 'The brand.';

COMMENT ON COLUMN app_public.product_changes."position" IS '@behavior +filterBy
Place in the feed of the brand. Who was cut off goes on after the last one seen.';

COMMENT ON COLUMN app_public.product_changes.product_id IS 'The product that changed.';

COMMENT ON COLUMN app_public.product_changes.change IS 'What was done to it.';

COMMENT ON COLUMN app_public.product_changes.happened_at IS 'When the transaction that changed it began.';

ALTER TABLE app_public.products ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.products_id_seq
    START WITH 1000000000000
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW lint.brand_leads WITH (security_invoker='true') AS
 WITH reference_tables(name) AS (
         VALUES ('app_public.currencies'::text), ('app_public.organizations'::text)
        ), tables AS (
         SELECT c.oid,
            n.nspname AS schema_name,
            ((c.oid)::regclass)::text AS name,
            b.attnum AS brand,
            b.atttypid AS brand_type
           FROM ((pg_class c
             JOIN pg_namespace n ON ((n.oid = c.relnamespace)))
             LEFT JOIN pg_attribute b ON (((b.attrelid = c.oid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped))))
          WHERE (lint.is_ours(n.oid) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])))
        ), constraints AS (
         SELECT k.oid,
            k.conname,
            k.connamespace,
            k.contype,
            k.condeferrable,
            k.condeferred,
            k.convalidated,
            k.conrelid,
            k.contypid,
            k.conindid,
            k.conparentid,
            k.confrelid,
            k.confupdtype,
            k.confdeltype,
            k.confmatchtype,
            k.conislocal,
            k.coninhcount,
            k.connoinherit,
            k.conkey,
            k.confkey,
            k.conpfeqop,
            k.conppeqop,
            k.conffeqop,
            k.confdelsetcols,
            k.conexclop,
            k.conbin,
            t.name AS table_name,
            t.brand,
            r.brand AS referenced_brand
           FROM ((pg_constraint k
             JOIN tables t ON ((t.oid = k.conrelid)))
             LEFT JOIN tables r ON ((r.oid = k.confrelid)))
          WHERE (t.brand IS NOT NULL)
        )
 SELECT t.name AS object,
    'has no brand_id and is not listed as a reference table'::text AS fault
   FROM tables t
  WHERE ((t.brand IS NULL) AND (t.schema_name = ANY (ARRAY['app_public'::name, 'app_hidden'::name])) AND (NOT (EXISTS ( SELECT
           FROM reference_tables r
          WHERE ((to_regclass(r.name))::oid = t.oid)))))
UNION ALL
 SELECT t.name AS object,
    'has a brand_id that is no bigint'::text AS fault
   FROM tables t
  WHERE (t.brand_type <> ('bigint'::regtype)::oid)
UNION ALL
 SELECT t.name AS object,
    'has no primary key'::text AS fault
   FROM tables t
  WHERE ((t.brand IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM constraints k
          WHERE ((k.conrelid = t.oid) AND (k.contype = 'p'::"char"))))))
UNION ALL
 SELECT format('%I on %s'::text, k.conname, k.table_name) AS object,
    'does not begin with brand_id'::text AS fault
   FROM constraints k
  WHERE (((k.contype = ANY (ARRAY['p'::"char", 'u'::"char", 'x'::"char"])) OR ((k.contype = 'f'::"char") AND (k.referenced_brand IS NOT NULL))) AND (k.conkey[1] <> k.brand))
UNION ALL
 SELECT format('%I on %s'::text, k.conname, k.table_name) AS object,
    'does not refer to brand_id first'::text AS fault
   FROM constraints k
  WHERE ((k.contype = 'f'::"char") AND (k.confkey[1] <> k.referenced_brand))
UNION ALL
 SELECT ((i.indexrelid)::regclass)::text AS object,
    'does not begin with brand_id'::text AS fault
   FROM (pg_index i
     JOIN tables t ON ((t.oid = i.indrelid)))
  WHERE ((i.indkey[0] <> t.brand) AND (NOT (EXISTS ( SELECT
           FROM constraints k
          WHERE (k.conindid = i.indexrelid)))));

COMMENT ON VIEW lint.brand_leads IS 'One row per key, index or foreign key of a brand''s table that does not begin with brand_id, and per table that should have one. Led by it, row level security works by index, no key spans brands, and the tables can be distributed by brand.';

CREATE VIEW lint.brand_never_changes WITH (security_invoker='true') AS
 WITH brand_columns AS (
         SELECT (((c.oid)::regclass)::text || '.brand_id'::text) AS object,
            r_1.acl
           FROM ((pg_class c
             JOIN pg_attribute b ON (((b.attrelid = c.oid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped))))
             CROSS JOIN LATERAL ( VALUES (c.relacl), (b.attacl)) r_1(acl))
          WHERE lint.is_ours(c.relnamespace)
        ), rights AS (
         SELECT b.object,
                CASE
                    WHEN (a.grantee = (0)::oid) THEN 'public'::text
                    ELSE ((a.grantee)::regrole)::text
                END AS role
           FROM (brand_columns b
             CROSS JOIN LATERAL aclexplode(b.acl) a(grantor, grantee, privilege_type, is_grantable))
          WHERE (a.privilege_type = 'UPDATE'::text)
        )
 SELECT DISTINCT r.object,
    format('may be updated by %s'::text, r.role) AS fault
   FROM rights r
  WHERE (r.role <> ALL (ARRAY['fluence_owner'::text, 'fluence_definer'::text]));

COMMENT ON VIEW lint.brand_never_changes IS 'One row per brand_id and role that may update it. A row is never moved to another brand: updates are granted by column list, without brand_id.';

CREATE VIEW lint.citus_constraints WITH (security_invoker='true') AS
 WITH constraints AS (
         SELECT format('%I on %s'::text, k_1.conname, (k_1.conrelid)::regclass) AS object,
            (k_1.contype = 'f'::"char") AS is_foreign_key,
            k_1.condeferrable AS is_deferrable,
            ((k_1.confdeltype = ANY (ARRAY['n'::"char", 'd'::"char"])) OR (k_1.confupdtype = ANY (ARRAY['n'::"char", 'd'::"char"]))) AS overwrites,
            (b.attnum IS NOT NULL) AS is_of_brand,
            (b.attnum = ANY (k_1.conkey)) AS has_brand,
            (r.attnum IS NOT NULL) AS refers_to_brand
           FROM ((pg_constraint k_1
             LEFT JOIN pg_attribute b ON (((b.attrelid = k_1.conrelid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped))))
             LEFT JOIN pg_attribute r ON (((r.attrelid = k_1.confrelid) AND (r.attname = 'brand_id'::name) AND (NOT r.attisdropped))))
          WHERE (lint.is_ours(k_1.connamespace) AND (k_1.conparentid = (0)::oid))
        )
 SELECT k.object,
    f.fault
   FROM (constraints k
     CROSS JOIN LATERAL ( VALUES (k.is_deferrable,'is deferrable'::text), ((k.is_foreign_key AND k.has_brand AND k.overwrites),'sets columns to null or their default, with brand_id among its own'::text), ((k.is_foreign_key AND k.refers_to_brand AND (NOT k.is_of_brand)),'refers from a reference table to a brand''s table'::text)) f(is_so, fault))
  WHERE f.is_so;

COMMENT ON VIEW lint.citus_constraints IS 'One row per constraint that tables distributed by brand could not have. Not needing them costs nothing on plain PostgreSQL.';

CREATE VIEW lint.citus_functions WITH (security_invoker='true') AS
 WITH functions AS (
         SELECT ((p.oid)::regprocedure)::text AS object,
            (p.prorettype = ('trigger'::regtype)::oid) AS is_trigger,
            lint.code_of(p.oid) AS code
           FROM pg_proc p
          WHERE (lint.is_ours(p.pronamespace) AND (p.prokind = ANY (ARRAY['f'::"char", 'p'::"char"])))
        )
 SELECT u.object,
    f.fault
   FROM (functions u
     CROSS JOIN LATERAL ( VALUES ((u.code ~* '\mmerge\s+into\M'::text),'uses merge: upserts are written with on conflict'::text), ((u.is_trigger AND (u.code ~* '\m(notify|pg_notify|add_job)\M'::text)),'notifies or adds a job from a trigger: it must write an outbox row'::text)) f(is_so, fault))
  WHERE f.is_so;

COMMENT ON VIEW lint.citus_functions IS 'One row per function that would not run on tables distributed by brand, or that does in a trigger what one reader of the outbox does for all.';

CREATE VIEW lint.citus_keys WITH (security_invoker='true') AS
 WITH primary_keys AS (
         SELECT format('%I on %s'::text, k.conname, (k.conrelid)::regclass) AS object,
            ((c.relkind = 'p'::"char") OR c.relispartition) AS is_partitioned,
            (EXISTS ( SELECT
                   FROM pg_attribute a
                  WHERE ((a.attrelid = c.oid) AND (a.attname = 'id'::name) AND (NOT a.attisdropped)))) AS has_id,
            ARRAY( SELECT (a.attname)::text AS attname
                   FROM (unnest(k.conkey) WITH ORDINALITY o(attnum, "position")
                     JOIN pg_attribute a ON (((a.attrelid = c.oid) AND (a.attnum = o.attnum))))
                  ORDER BY o."position") AS columns
           FROM (pg_constraint k
             JOIN pg_class c ON ((c.oid = k.conrelid)))
          WHERE ((k.contype = 'p'::"char") AND lint.is_ours(c.relnamespace))
        ), wanted AS (
         SELECT p.object,
            p.columns,
                CASE
                    WHEN p.is_partitioned THEN ARRAY['brand_id'::text, 'occurred_at'::text, 'id'::text]
                    ELSE ARRAY['brand_id'::text, 'id'::text]
                END AS must_be
           FROM primary_keys p
          WHERE (p.has_id AND (p.columns[1] = 'brand_id'::text))
        )
 SELECT w.object,
    format('is (%s), but must be (%s)'::text, array_to_string(w.columns, ', '::text), array_to_string(w.must_be, ', '::text)) AS fault
   FROM wanted w
  WHERE (w.columns <> w.must_be);

COMMENT ON VIEW lint.citus_keys IS 'One row per primary key of a brand''s table that is not (brand_id, id), or (brand_id, occurred_at, id) where the table is partitioned by time. So the tables can be distributed by brand, and every foreign key is written alike.';

CREATE VIEW lint.comments WITH (security_invoker='true') AS
 WITH relations AS (
         SELECT c.oid,
            c.relnamespace
           FROM pg_class c
          WHERE ((c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'm'::"char", 'f'::"char", 'c'::"char"])) AND (NOT c.relispartition) AND lint.is_ours(c.relnamespace))
        ), objects(class, oid, part) AS (
         SELECT 'pg_namespace'::regclass AS regclass,
            n.oid,
            0 AS "?column?"
           FROM pg_namespace n
          WHERE lint.is_ours(n.oid)
        UNION ALL
         SELECT 'pg_class'::regclass AS regclass,
            r.oid,
            0
           FROM (relations r
             JOIN pg_class c ON ((c.oid = r.oid)))
          WHERE (c.relkind <> 'c'::"char")
        UNION ALL
         SELECT 'pg_class'::regclass AS regclass,
            a.attrelid,
            a.attnum
           FROM (relations r
             JOIN pg_attribute a ON ((a.attrelid = r.oid)))
          WHERE ((a.attnum > 0) AND (NOT a.attisdropped) AND (r.relnamespace <> ('lint'::regnamespace)::oid))
        UNION ALL
         SELECT 'pg_proc'::regclass AS regclass,
            p.oid,
            0
           FROM pg_proc p
          WHERE lint.is_ours(p.pronamespace)
        UNION ALL
         SELECT 'pg_type'::regclass AS regclass,
            t.oid,
            0
           FROM (pg_type t
             LEFT JOIN pg_class c ON ((c.oid = t.typrelid)))
          WHERE (lint.is_ours(t.typnamespace) AND ((t.typtype = ANY (ARRAY['e'::"char", 'd'::"char", 'r'::"char"])) OR ((t.typtype = 'c'::"char") AND (c.relkind = 'c'::"char"))))
        )
 SELECT pg_describe_object((o.class)::oid, o.oid, o.part) AS object,
    'has no comment'::text AS fault
   FROM objects o
  WHERE (NOT (EXISTS ( SELECT
           FROM pg_description d
          WHERE ((d.classoid = (o.class)::oid) AND (d.objoid = o.oid) AND (d.objsubid = o.part) AND (d.description ~ '\S'::text)))));

COMMENT ON VIEW lint.comments IS 'One row per table, view, column, function, type or schema without a comment. The comments are the reference of the database and of the API; nothing else says what a column means.';

CREATE VIEW lint.error_codes WITH (security_invoker='true') AS
 WITH functions AS (
         SELECT ((p.oid)::regprocedure)::text AS object,
            lint.code_of(p.oid) AS code
           FROM pg_proc p
          WHERE (lint.is_ours(p.pronamespace) AND (p.prokind = ANY (ARRAY['f'::"char", 'p'::"char"])))
        ), mentioned AS (
         SELECT DISTINCT f.object,
            m.groups[1] AS code
           FROM (functions f
             CROSS JOIN LATERAL regexp_matches(f.code, '''(FL[0-9A-Z]{3})'''::text, 'g'::text) m(groups))
        ), raised AS (
         SELECT DISTINCT f.object,
            btrim(m.groups[1], ' 
'::text) AS code
           FROM (functions f
             CROSS JOIN LATERAL regexp_matches(f.code, '\merrcode\s*=\s*([^,;]+)'::text, 'gi'::text) m(groups))
        )
 SELECT m.object,
    format('names %s, which is not registered'::text, m.code) AS fault
   FROM mentioned m
  WHERE (NOT (EXISTS ( SELECT
           FROM app_public.error_codes e
          WHERE (e.code = m.code))))
UNION ALL
 SELECT r.object,
    format('raises %s, which is no code of ours'::text, r.code) AS fault
   FROM raised r
  WHERE (r.code !~ '^''FL\d{3}''$'::text)
UNION ALL
 SELECT f.object,
    'raises an exception without an errcode'::text AS fault
   FROM functions f
  WHERE (EXISTS ( SELECT
           FROM regexp_matches(f.code, '\mraise\s+exception\M([^;]*);'::text, 'gi'::text) m(groups)
          WHERE (m.groups[1] !~* '\merrcode\M'::text)))
UNION ALL
 SELECT e.code AS object,
    'is registered, but no function raises it'::text AS fault
   FROM app_public.error_codes e
  WHERE ((NOT (EXISTS ( SELECT
           FROM raised r
          WHERE (r.code = quote_literal(e.code))))) AND (e.code !~ '^FL9'::text))
UNION ALL
 SELECT e.code AS object,
    'is registered more than once'::text AS fault
   FROM app_public.error_codes e
  GROUP BY e.code
 HAVING (count(*) > 1);

COMMENT ON VIEW lint.error_codes IS 'One row per error code that is raised and not registered in app_public.error_codes, registered and never raised, or not of our own. Programs and people look a code up there.';

CREATE VIEW lint.finite_moments WITH (security_invoker='true') AS
 WITH people(oid) AS (
         SELECT r.oid
           FROM pg_roles r
          WHERE (starts_with((r.rolname)::text, 'fluence_'::text) AND (r.rolname <> ALL (ARRAY['fluence_owner'::name, 'fluence_definer'::name, 'fluence_migrator'::name, 'fluence_server'::name, 'fluence_authenticator'::name, 'fluence_worker'::name])))
        )
 SELECT format('%s.%I'::text, (c.oid)::regclass, a.attname) AS object,
    'takes an infinite moment from people: it has no check with isfinite()'::text AS fault
   FROM (pg_class c
     JOIN pg_attribute a ON ((a.attrelid = c.oid)))
  WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (a.attnum > 0) AND (NOT a.attisdropped) AND (a.atttypid = ANY (ARRAY[('timestamp with time zone'::regtype)::oid, ('timestamp without time zone'::regtype)::oid, ('date'::regtype)::oid])) AND (EXISTS ( SELECT
           FROM people p
          WHERE has_column_privilege(p.oid, c.oid, a.attnum, 'insert, update'::text))) AND (NOT (EXISTS ( SELECT
           FROM pg_constraint k
          WHERE ((k.conrelid = c.oid) AND (k.contype = 'c'::"char") AND (a.attnum = ANY (k.conkey)) AND (pg_get_constraintdef(k.oid) ~~ '%isfinite(%'::text))))));

COMMENT ON VIEW lint.finite_moments IS 'One row per date or time that people may write and that may be infinite. No report can count days up to infinity, and JavaScript has no such date.';

CREATE VIEW lint.foreign_key_indexes WITH (security_invoker='true') AS
 WITH foreign_keys AS (
         SELECT format('%I on %s'::text, k.conname, (k.conrelid)::regclass) AS object,
            k.conrelid,
            b.attnum AS brand,
            array_remove(k.conkey, b.attnum) AS columns
           FROM (pg_constraint k
             LEFT JOIN pg_attribute b ON (((b.attrelid = k.conrelid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped))))
          WHERE ((k.contype = 'f'::"char") AND (k.conparentid = (0)::oid) AND lint.is_ours(k.connamespace))
        ), indexes AS (
         SELECT i.indrelid,
            ((i.indkey)::smallint[])[0:(i.indnkeyatts - 1)] AS columns
           FROM ((pg_index i
             JOIN pg_class c ON ((c.oid = i.indexrelid)))
             JOIN pg_am m ON ((m.oid = c.relam)))
          WHERE ((i.indpred IS NULL) AND i.indisvalid AND (m.amname = 'btree'::name))
        )
 SELECT f.object,
    'has no index behind it'::text AS fault
   FROM foreign_keys f
  WHERE (NOT (EXISTS ( SELECT
           FROM (indexes i
             CROSS JOIN LATERAL ( SELECT
                        CASE
                            WHEN (i.columns[1] = f.brand) THEN i.columns[2:]
                            ELSE i.columns
                        END AS columns) behind_brand)
          WHERE ((i.indrelid = f.conrelid) AND (behind_brand.columns[1:cardinality(f.columns)] @> f.columns) AND ((cardinality(f.columns) > 0) OR (i.columns[1] = f.brand))))));

COMMENT ON VIEW lint.foreign_key_indexes IS 'One row per foreign key whose columns no full index has first, or next after brand_id. Without one, deleting a referenced row and joining along the key read the whole table.';

CREATE VIEW lint.foreign_key_on_delete WITH (security_invoker='true') AS
 SELECT format('%I on %s'::text, k.conname, (k.conrelid)::regclass) AS object,
    'does not say what happens on delete'::text AS fault
   FROM pg_constraint k
  WHERE ((k.contype = 'f'::"char") AND (k.conparentid = (0)::oid) AND (k.confdeltype = 'a'::"char") AND lint.is_ours(k.connamespace));

COMMENT ON VIEW lint.foreign_key_on_delete IS 'One row per foreign key without an "on delete" clause. Whether history outlives what it refers to is decided for each key, not left to a default.';

CREATE VIEW lint.no_floats WITH (security_invoker='true') AS
 WITH base(type_oid) AS (
         VALUES (('real'::regtype)::oid), (('double precision'::regtype)::oid), (('money'::regtype)::oid)
        ), floats(type_oid) AS (
         SELECT b.type_oid
           FROM base b
        UNION ALL
         SELECT t.oid
           FROM (pg_type t
             JOIN base b ON (((b.type_oid = t.typelem) OR (b.type_oid = t.typbasetype))))
        ), uses(object, type_oid) AS (
         SELECT format('%s.%I'::text, (c.oid)::regclass, a.attname) AS format,
            a.atttypid
           FROM (pg_class c
             JOIN pg_attribute a ON ((a.attrelid = c.oid)))
          WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'm'::"char", 'f'::"char", 'c'::"char"])) AND (a.attnum > 0) AND (NOT a.attisdropped))
        UNION
         SELECT ((p.oid)::regprocedure)::text AS oid,
            t.type_oid
           FROM (pg_proc p
             CROSS JOIN LATERAL unnest((COALESCE(p.proallargtypes, (p.proargtypes)::oid[]) || p.prorettype)) t(type_oid))
          WHERE lint.is_ours(p.pronamespace)
        )
 SELECT u.object,
    format('uses %s'::text, format_type(u.type_oid, NULL::integer)) AS fault
   FROM uses u
  WHERE (u.type_oid IN ( SELECT f.type_oid
           FROM floats f));

COMMENT ON VIEW lint.no_floats IS 'One row per column, argument or result that is a float or money. Floats cannot hold a cent exactly, and money takes its decimals from a setting of the session.';

CREATE VIEW lint.owners WITH (security_invoker='true') AS
 WITH exceptions(schema_name, function_name, owner) AS (
         VALUES ('app_private'::text,'enqueue'::text,'fluence_worker'::text), ('app_private'::text,'list_jobs'::text,'fluence_worker'::text), ('app_private'::text,'remove_jobs'::text,'fluence_worker'::text), ('app_private'::text,'unlock_workers'::text,'fluence_worker'::text)
        ), objects(object, owner, must_be) AS (
         SELECT ((p.oid)::regprocedure)::text AS oid,
            p.proowner,
            COALESCE(e.owner,
                CASE
                    WHEN p.prosecdef THEN 'fluence_definer'::text
                    ELSE 'fluence_owner'::text
                END) AS "coalesce"
           FROM ((pg_proc p
             JOIN pg_namespace n ON ((n.oid = p.pronamespace)))
             LEFT JOIN exceptions e ON (((e.schema_name = n.nspname) AND (e.function_name = p.proname))))
          WHERE lint.is_ours(n.oid)
        UNION ALL
         SELECT ((c.oid)::regclass)::text AS oid,
            c.relowner,
            'fluence_owner'::text
           FROM pg_class c
          WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'm'::"char", 'f'::"char", 'S'::"char", 'c'::"char"])))
        UNION ALL
         SELECT ((t.oid)::regtype)::text AS oid,
            t.typowner,
            'fluence_owner'::text
           FROM pg_type t
          WHERE (lint.is_ours(t.typnamespace) AND (t.typtype = ANY (ARRAY['e'::"char", 'd'::"char", 'r'::"char"])))
        UNION ALL
         SELECT n.nspname,
            n.nspowner,
            'fluence_owner'::text
           FROM pg_namespace n
          WHERE lint.is_ours(n.oid)
        )
 SELECT o.object,
    format('belongs to %s, but must belong to %s'::text, (o.owner)::regrole, o.must_be) AS fault
   FROM objects o
  WHERE (((o.owner)::regrole)::text <> o.must_be);

COMMENT ON VIEW lint.owners IS 'One row per object with the wrong owner. Security definer functions act with the rights of fluence_definer, which owns no table, so policies hold for them; all else is fluence_owner''s.';

CREATE VIEW lint.policies WITH (security_invoker='true') AS
 WITH policies AS (
         SELECT format('%I on %s'::text, p_1.polname, (p_1.polrelid)::regclass) AS object,
            p_1.polname AS name,
                CASE p_1.polcmd
                    WHEN 'r'::"char" THEN 'select'::text
                    WHEN 'a'::"char" THEN 'insert'::text
                    WHEN 'w'::"char" THEN 'update'::text
                    WHEN 'd'::"char" THEN 'delete'::text
                    ELSE 'all'::text
                END AS command,
            p_1.polroles AS roles,
            p_1.polpermissive AS is_permissive
           FROM (pg_policy p_1
             JOIN pg_class c ON ((c.oid = p_1.polrelid)))
          WHERE lint.is_ours(c.relnamespace)
        )
 SELECT p.object,
    f.fault
   FROM (policies p
     CROSS JOIN LATERAL ( VALUES ((NOT p.is_permissive),'is restrictive: rights add up here, none takes another back'::text), (((0)::oid = ANY (p.roles)),'is for public: it must name its roles'::text), (((p.command = 'all'::text) AND (p.name <> 'maintain'::name)),'is for all commands: only maintain may be'::text), (((p.name = 'maintain'::name) AND ((p.command <> 'all'::text) OR (p.roles <> ARRAY[(to_regrole('fluence_definer'::text))::oid]))),'is called maintain, but is not for all commands to fluence_definer alone'::text), (((p.command <> 'all'::text) AND (p.name <> 'maintain'::name) AND (NOT starts_with((p.name)::text, (p.command || '_'::text)))),format('is for %s, so its name must begin with that'::text, p.command))) f(is_so, fault))
  WHERE f.is_so;

COMMENT ON VIEW lint.policies IS 'One row per policy and fault of its form. A policy is permissive, for one command and for named roles, so that who may do what can be read off; only "maintain" lets fluence_definer do all.';

CREATE VIEW lint.rights_of_public WITH (security_invoker='true') AS
 WITH rights(object, acl) AS (
         SELECT ((p.oid)::regprocedure)::text AS oid,
            COALESCE(p.proacl, acldefault('f'::"char", p.proowner)) AS "coalesce"
           FROM pg_proc p
          WHERE lint.is_ours(p.pronamespace)
        UNION ALL
         SELECT ((c.oid)::regclass)::text AS oid,
            c.relacl
           FROM pg_class c
          WHERE lint.is_ours(c.relnamespace)
        UNION ALL
         SELECT format('%s.%I'::text, (a_1.attrelid)::regclass, a_1.attname) AS format,
            a_1.attacl
           FROM (pg_attribute a_1
             JOIN pg_class c ON ((c.oid = a_1.attrelid)))
          WHERE lint.is_ours(c.relnamespace)
        UNION ALL
         SELECT n.nspname,
            n.nspacl
           FROM pg_namespace n
          WHERE lint.is_ours(n.oid)
        )
 SELECT r.object,
    format('gives %s to public'::text, lower(a.privilege_type)) AS fault
   FROM (rights r
     CROSS JOIN LATERAL aclexplode(r.acl) a(grantor, grantee, privilege_type, is_grantable))
  WHERE (a.grantee = (0)::oid);

COMMENT ON VIEW lint.rights_of_public IS 'One row per right that everybody has. PostgreSQL gives EXECUTE to public unless told otherwise; here a right is nobody''s until it is granted to a role.';

CREATE VIEW lint.row_security WITH (security_invoker='true') AS
 SELECT ((c.oid)::regclass)::text AS object,
        CASE
            WHEN (c.relkind = ANY (ARRAY['m'::"char", 'f'::"char"])) THEN 'is of a kind that row level security cannot guard'::text
            WHEN (NOT c.relrowsecurity) THEN 'has no row level security'::text
            ELSE 'does not force row level security on its owner'::text
        END AS fault
   FROM pg_class c
  WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'm'::"char", 'f'::"char"])) AND (NOT (c.relrowsecurity AND c.relforcerowsecurity)));

COMMENT ON VIEW lint.row_security IS 'One row per table that does not enable and force row level security. A grant alone would show every brand''s rows, and the owner would see them all unforced.';

CREATE VIEW lint.search_path WITH (security_invoker='true') AS
 WITH functions AS (
         SELECT ((p.oid)::regprocedure)::text AS object,
            p.proconfig AS settings,
            ((l.lanname = 'sql'::name) AND (p.provolatile = ANY (ARRAY['s'::"char", 'i'::"char"])) AND (NOT p.prosecdef) AND (p.prosqlbody IS NOT NULL)) AS can_inline,
            ( SELECT s.setting
                   FROM unnest(p.proconfig) s(setting)
                  WHERE starts_with(s.setting, 'search_path='::text)) AS search_path
           FROM (pg_proc p
             JOIN pg_language l ON ((l.oid = p.prolang)))
          WHERE lint.is_ours(p.pronamespace)
        )
 SELECT f.object,
    'has a setting, so that it is no longer inlined into the caller''s query'::text AS fault
   FROM functions f
  WHERE (f.can_inline AND (f.settings IS NOT NULL))
UNION ALL
 SELECT f.object,
    'does not fix its search_path to begin with pg_catalog and end with pg_temp'::text AS fault
   FROM functions f
  WHERE ((NOT f.can_inline) AND (COALESCE(f.search_path, ''::text) !~ '^search_path=pg_catalog,(.*,)? *pg_temp$'::text));

COMMENT ON VIEW lint.search_path IS 'One row per function that finds names where its caller says. Whoever can make objects could put one in the way. Functions of the form "language sql, stable, begin atomic" found theirs when they were made, and must have no setting at all: that would stop inlining.';

CREATE VIEW lint.security_invoker WITH (security_invoker='true') AS
 SELECT ((c.oid)::regclass)::text AS object,
    'reads with its owner''s rights: it must have security_invoker = true'::text AS fault
   FROM pg_class c
  WHERE ((c.relkind = 'v'::"char") AND lint.is_ours(c.relnamespace) AND (NOT COALESCE((c.reloptions @> ARRAY['security_invoker=true'::text]), false)));

COMMENT ON VIEW lint.security_invoker IS 'One row per view that reads with its owner''s rights. Such a view goes past the policies that hold for the one who asks.';

CREATE VIEW reporting.category_stock WITH (security_invoker='true') AS
 SELECT s.brand_id,
    s.category,
    s.currency,
    s.products,
    s.products_on_sale,
    s.units_in_stock,
    trim_scale(s.stock_value) AS stock_value,
        CASE
            WHEN (s.known_costs > 0) THEN trim_scale(s.stock_cost)
            ELSE NULL::numeric
        END AS stock_cost
   FROM app_hidden.category_stock_sums s
  WHERE ((s.brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)) AND (s.products > 0));

COMMENT ON VIEW reporting.category_stock IS '@primaryKey brand_id,category,currency
One row per category and currency of the brand: what is in stock and what it is worth. Retired products are left out.';

COMMENT ON COLUMN reporting.category_stock.brand_id IS 'The brand.';

COMMENT ON COLUMN reporting.category_stock.category IS 'Category of the products.';

COMMENT ON COLUMN reporting.category_stock.currency IS 'Currency of the amounts.';

COMMENT ON COLUMN reporting.category_stock.products IS 'Number of products.';

COMMENT ON COLUMN reporting.category_stock.products_on_sale IS 'Number of those on offer now.';

COMMENT ON COLUMN reporting.category_stock.units_in_stock IS 'Sum of the units in stock.';

COMMENT ON COLUMN reporting.category_stock.stock_value IS 'Those units at their price.';

COMMENT ON COLUMN reporting.category_stock.stock_cost IS 'Those units at their cost; products of unknown cost are not in it, null if all are.';

CREATE VIEW reporting.jobs WITH (security_invoker='true') AS
 SELECT j.id,
    j.organization_id,
    j.task,
    j.key,
    j.state,
    j.attempts,
    j.max_attempts,
    j.run_at,
    j.created_at,
    j.error_code
   FROM app_private.visible_jobs() j(id, organization_id, task, key, state, attempts, max_attempts, run_at, created_at, error_code);

COMMENT ON VIEW reporting.jobs IS '@primaryKey id
One row per job of the brand that is waiting, running or failed; done ones are gone. The platform''s admins see the jobs of all.';

COMMENT ON COLUMN reporting.jobs.id IS 'Number of the job.';

COMMENT ON COLUMN reporting.jobs.organization_id IS 'The organization it works for; null for the platform itself.';

COMMENT ON COLUMN reporting.jobs.task IS 'What kind of work it is.';

COMMENT ON COLUMN reporting.jobs.key IS 'Name that no other waiting job has; event:<number> for an event.';

COMMENT ON COLUMN reporting.jobs.state IS 'scheduled (for later), waiting, running, retrying (to be tried again) or failed for good.';

COMMENT ON COLUMN reporting.jobs.attempts IS 'How often it was tried.';

COMMENT ON COLUMN reporting.jobs.max_attempts IS 'How often it is tried before it is given up.';

COMMENT ON COLUMN reporting.jobs.run_at IS 'When it is tried, or tried again.';

COMMENT ON COLUMN reporting.jobs.created_at IS 'When it was added.';

COMMENT ON COLUMN reporting.jobs.error_code IS 'Why it failed last: a SQLSTATE, bad_payload, or the code of the error.';

CREATE VIEW reporting.rollup_drift WITH (security_invoker='true') AS
 SELECT 'category_stock'::text AS rollup,
    d.brand_id,
    d.key,
    d.measure,
    d.rollup_value,
    d.fact_value
   FROM app_hidden.category_stock_drift d;

COMMENT ON VIEW reporting.rollup_drift IS 'One row per measure of a roll-up that differs from the facts that it is made of. There must be none; app_private.rebuild_<rollup>() mends it.';

COMMENT ON COLUMN reporting.rollup_drift.rollup IS 'Name of the roll-up: of the view it is behind.';

COMMENT ON COLUMN reporting.rollup_drift.brand_id IS 'The brand.';

COMMENT ON COLUMN reporting.rollup_drift.key IS 'What its row is about.';

COMMENT ON COLUMN reporting.rollup_drift.measure IS 'The column that differs.';

COMMENT ON COLUMN reporting.rollup_drift.rollup_value IS 'What the roll-up says.';

COMMENT ON COLUMN reporting.rollup_drift.fact_value IS 'What the facts say.';

ALTER TABLE ONLY app_hidden.category_stock_slots
    ADD CONSTRAINT category_stock_slots_pkey PRIMARY KEY (brand_id, category, currency, slot);

ALTER TABLE ONLY app_private.channel_key
    ADD CONSTRAINT channel_key_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_pkey PRIMARY KEY (login_oid);

ALTER TABLE ONLY app_private.drift_checks
    ADD CONSTRAINT drift_checks_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.feed_entries
    ADD CONSTRAINT feed_entries_pkey PRIMARY KEY (brand_id, "position");

ALTER TABLE ONLY app_private.feed_topics
    ADD CONSTRAINT feed_topics_pkey PRIMARY KEY (topic);

ALTER TABLE ONLY app_private.feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (brand_id);

ALTER TABLE ONLY app_private.loaded_sources
    ADD CONSTRAINT loaded_sources_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.outbox_deliveries
    ADD CONSTRAINT outbox_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (session_hash);

ALTER TABLE ONLY app_private.worker_heartbeats
    ADD CONSTRAINT worker_heartbeats_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY app_public.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (code);

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (brand_id, id);

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_source_key UNIQUE (brand_id, source, source_id);

CREATE INDEX database_logins_acting_brand_id_idx ON app_private.database_logins USING btree (acting_brand_id);

CREATE INDEX database_logins_organization_id_idx ON app_private.database_logins USING btree (organization_id);

CREATE INDEX feed_entries_topic_idx ON app_private.feed_entries USING btree (brand_id, topic, "position");

CREATE INDEX outbox_deliveries_key_idx ON app_private.outbox_deliveries USING btree (key, id);

CREATE INDEX outbox_deliveries_parked_idx ON app_private.outbox_deliveries USING btree (organization_id, id) WHERE (parked_at IS NOT NULL);

CREATE INDEX sessions_acting_brand_id_idx ON app_private.sessions USING btree (acting_brand_id);

CREATE INDEX sessions_organization_id_idx ON app_private.sessions USING btree (organization_id);

CREATE INDEX organizations_currency_idx ON app_public.organizations USING btree (currency);

CREATE INDEX products_category_idx ON app_public.products USING btree (brand_id, category);

CREATE INDEX products_currency_idx ON app_public.products USING btree (brand_id, currency);

CREATE INDEX products_stock_quantity_idx ON app_public.products USING btree (brand_id, stock_quantity);

CREATE TRIGGER _100_check_time_zone BEFORE INSERT OR UPDATE OF time_zone ON app_public.organizations FOR EACH ROW EXECUTE FUNCTION app_private.tg_organizations__check_time_zone();

CREATE TRIGGER _100_fill_brand BEFORE INSERT ON app_public.products FOR EACH ROW EXECUTE FUNCTION app_private.tg__fill_brand();

CREATE TRIGGER _200_stay_retired BEFORE UPDATE OF retired_at ON app_public.products FOR EACH ROW EXECUTE FUNCTION app_private.tg_products__stay_retired();

CREATE TRIGGER _500_close_feed AFTER DELETE ON app_public.organizations FOR EACH ROW WHEN ((old.kind = 'brand'::app_public.organization_kind)) EXECUTE FUNCTION app_private.tg_organizations__keep_feed();

CREATE TRIGGER _500_emit_added AFTER INSERT ON app_public.products REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_emit_deleted AFTER DELETE ON app_public.products REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_emit_edited AFTER UPDATE ON app_public.products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_open_feed AFTER INSERT ON app_public.organizations FOR EACH ROW WHEN ((new.kind = 'brand'::app_public.organization_kind)) EXECUTE FUNCTION app_private.tg_organizations__keep_feed();

CREATE TRIGGER _600_roll_up_added AFTER INSERT ON app_public.products REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

CREATE TRIGGER _600_roll_up_deleted AFTER DELETE ON app_public.products REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

CREATE TRIGGER _600_roll_up_edited AFTER UPDATE ON app_public.products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

ALTER TABLE ONLY app_hidden.category_stock_slots
    ADD CONSTRAINT category_stock_slots_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_acting_brand_id_fkey FOREIGN KEY (acting_brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.feed_entries
    ADD CONSTRAINT feed_entries_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_private.feeds(brand_id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_acting_brand_id_fkey FOREIGN KEY (acting_brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_currency_fkey FOREIGN KEY (currency) REFERENCES app_public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_currency_fkey FOREIGN KEY (currency) REFERENCES app_public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE app_hidden.category_stock_slots ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintain ON app_hidden.category_stock_slots TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY select_brand ON app_hidden.category_stock_slots FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_finance_manager, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

ALTER TABLE app_private.channel_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.database_logins ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.drift_checks ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feed_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feed_topics ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feeds ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.loaded_sources ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintain ON app_private.channel_key TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.database_logins TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.drift_checks TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feed_entries TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feed_topics TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feeds TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.loaded_sources TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.outbox TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.outbox_deliveries TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.sessions TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.worker_heartbeats TO fluence_definer USING (true) WITH CHECK (true);

ALTER TABLE app_private.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.outbox_deliveries ENABLE ROW LEVEL SECURITY;

CREATE POLICY select_all ON app_private.loaded_sources FOR SELECT TO fluence_server, fluence_worker USING (true);

CREATE POLICY select_all ON app_private.outbox_deliveries FOR SELECT TO fluence_server USING (true);

CREATE POLICY select_brand ON app_private.outbox_deliveries FOR SELECT TO fluence_admin USING ((organization_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_platform ON app_private.outbox_deliveries FOR SELECT TO fluence_admin USING (( SELECT app_private.acts_for_platform() AS acts_for_platform));

CREATE POLICY select_product_changes ON app_private.feed_entries FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING (((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)) AND (topic = 'product.changed'::text)));

ALTER TABLE app_private.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.worker_heartbeats ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.currencies ENABLE ROW LEVEL SECURITY;

CREATE POLICY delete_brand ON app_public.products FOR DELETE TO fluence_product_manager USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY insert_brand ON app_public.products FOR INSERT TO fluence_product_manager WITH CHECK ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY maintain ON app_public.currencies TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.organizations TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.products TO fluence_definer USING (true) WITH CHECK (true);

ALTER TABLE app_public.organizations ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.products ENABLE ROW LEVEL SECURITY;

CREATE POLICY select_all ON app_public.currencies FOR SELECT TO fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor, fluence_server, fluence_worker USING (true);

CREATE POLICY select_all ON app_public.organizations FOR SELECT TO fluence_server USING (true);

CREATE POLICY select_brand ON app_public.products FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_own ON app_public.organizations FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor USING ((id = ( SELECT app_public.current_organization_id() AS current_organization_id)));

CREATE POLICY update_brand ON app_public.products FOR UPDATE TO fluence_product_manager USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id))) WITH CHECK ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY update_own ON app_public.organizations FOR UPDATE TO fluence_admin USING ((id = ( SELECT app_public.current_organization_id() AS current_organization_id))) WITH CHECK ((id = ( SELECT app_public.current_organization_id() AS current_organization_id)));

GRANT USAGE ON SCHEMA app_hidden TO fluence_definer;

GRANT USAGE ON SCHEMA app_private TO fluence_definer;
GRANT USAGE ON SCHEMA app_private TO fluence_worker;
GRANT USAGE ON SCHEMA app_private TO fluence_server;

GRANT USAGE ON SCHEMA app_public TO fluence_definer;
GRANT USAGE ON SCHEMA app_public TO fluence_worker;
GRANT USAGE ON SCHEMA app_public TO fluence_server;
GRANT USAGE ON SCHEMA app_public TO fluence_visitor;
GRANT USAGE ON SCHEMA app_public TO fluence_admin;
GRANT USAGE ON SCHEMA app_public TO fluence_analyst;
GRANT USAGE ON SCHEMA app_public TO fluence_marketing_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_campaign_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_product_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_influencer_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_finance_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_support_agent;
GRANT USAGE ON SCHEMA app_public TO fluence_report_reader;
GRANT USAGE ON SCHEMA app_public TO fluence_influencer;
GRANT USAGE ON SCHEMA app_public TO fluence_agency_manager;
GRANT USAGE ON SCHEMA app_public TO fluence_auditor;

GRANT USAGE ON SCHEMA reporting TO fluence_definer;
GRANT USAGE ON SCHEMA reporting TO fluence_admin;
GRANT USAGE ON SCHEMA reporting TO fluence_analyst;
GRANT USAGE ON SCHEMA reporting TO fluence_marketing_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_campaign_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_product_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_influencer_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_finance_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_support_agent;
GRANT USAGE ON SCHEMA reporting TO fluence_report_reader;
GRANT USAGE ON SCHEMA reporting TO fluence_agency_manager;
GRANT USAGE ON SCHEMA reporting TO fluence_auditor;

GRANT USAGE ON SCHEMA staff TO fluence_admin;
GRANT USAGE ON SCHEMA staff TO fluence_analyst;
GRANT USAGE ON SCHEMA staff TO fluence_finance_manager;
GRANT USAGE ON SCHEMA staff TO fluence_report_reader;

REVOKE ALL ON FUNCTION app_private.acts_for_platform() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.acts_for_platform() TO fluence_admin;

REVOKE ALL ON FUNCTION app_private.beat(worker_id text, seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.beat(worker_id text, seconds integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.check_drift() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.check_drift() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.check_session(handle text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.check_session(handle text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.create_demo_brand(products jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_demo_brand(products jsonb) TO fluence_server;

GRANT SELECT ON TABLE app_public.organizations TO fluence_server;
GRANT SELECT ON TABLE app_public.organizations TO fluence_admin;
GRANT SELECT ON TABLE app_public.organizations TO fluence_analyst;
GRANT SELECT ON TABLE app_public.organizations TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.organizations TO fluence_influencer;
GRANT SELECT ON TABLE app_public.organizations TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.organizations TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.organizations TO fluence_definer;

GRANT UPDATE(name) ON TABLE app_public.organizations TO fluence_admin;

REVOKE ALL ON FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.ended_sessions(handles text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.ended_sessions(handles text[]) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.enqueue(jobs jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.enqueue(jobs jsonb) TO fluence_definer;

GRANT SELECT ON TABLE app_private.outbox_deliveries TO fluence_server;
GRANT SELECT ON TABLE app_private.outbox_deliveries TO fluence_admin;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.outbox_deliveries TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.event_job(delivery app_private.outbox_deliveries) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.event_job(delivery app_private.outbox_deliveries) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.feed_channel() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.feed_channel() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.forget_failed_jobs(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.forget_failed_jobs(older_than interval) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.give_up_job(job_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.give_up_job(job_id bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.house_figures() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.house_figures() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.is_own_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.is_own_event(event_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.list_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_jobs() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.note_drift_check(drifted_rows bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_drift_check(drifted_rows bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.open_session(organization_id bigint, role app_public.user_role_enum, lifetime interval) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.open_session(organization_id bigint, role app_public.user_role_enum, lifetime interval) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.rebuild_category_stock(brand_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.rebuild_category_stock(brand_id bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.release_event(event_id bigint, replay boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.release_event(event_id bigint, replay boolean) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.remove_jobs(job_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.remove_jobs(job_ids bigint[]) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.settle_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.settle_event(event_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.sweep_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.sweep_jobs() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.tg__fill_brand() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_organizations__check_time_zone() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_organizations__keep_feed() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__emit() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__roll_up_stock() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__stay_retired() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.trim_feeds(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.trim_feeds(older_than interval) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[]) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.visible_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_jobs() TO fluence_admin;

REVOKE ALL ON FUNCTION app_private.wake_event_key(key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.wake_event_key(key text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_public.current_brand_id() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.current_brand_id() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.current_organization_id() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.current_organization_id() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.current_time_zone() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.current_time_zone() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.feed_position(after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_admin;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.feed_position(after bigint) TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.replay_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.replay_event(event_id bigint) TO fluence_admin;

GRANT SELECT,INSERT ON TABLE app_public.products TO fluence_definer;
GRANT SELECT ON TABLE app_public.products TO fluence_admin;
GRANT SELECT ON TABLE app_public.products TO fluence_analyst;
GRANT SELECT ON TABLE app_public.products TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_campaign_manager;
GRANT SELECT,DELETE ON TABLE app_public.products TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.products TO fluence_auditor;

GRANT INSERT(title),UPDATE(title) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(description),UPDATE(description) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(category),UPDATE(category) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(product_price),UPDATE(product_price) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(cost),UPDATE(cost) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(currency),UPDATE(currency) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(stock_quantity),UPDATE(stock_quantity) ON TABLE app_public.products TO fluence_product_manager;

GRANT INSERT(on_sale),UPDATE(on_sale) ON TABLE app_public.products TO fluence_product_manager;

GRANT UPDATE(retired_at) ON TABLE app_public.products TO fluence_product_manager;

REVOKE ALL ON FUNCTION app_public.retire_product(product_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.retire_product(product_id bigint) TO fluence_product_manager;

REVOKE ALL ON FUNCTION app_public.skip_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.skip_event(event_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION lint.code_of(function_oid oid) FROM PUBLIC;

REVOKE ALL ON FUNCTION lint.is_ours(schema_oid oid) FROM PUBLIC;

GRANT SELECT ON TABLE app_hidden.category_stock_facts TO fluence_definer;
GRANT SELECT ON TABLE app_hidden.category_stock_facts TO fluence_admin;
GRANT SELECT ON TABLE app_hidden.category_stock_facts TO fluence_auditor;

GRANT SELECT,INSERT,UPDATE ON TABLE app_hidden.category_stock_slots TO fluence_definer;

GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(brand_id) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(category) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(currency) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(products) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(products_on_sale) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(known_costs) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(units_in_stock) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(stock_value) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_admin;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_analyst;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_marketing_manager;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_campaign_manager;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_product_manager;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_finance_manager;
GRANT SELECT(stock_cost) ON TABLE app_hidden.category_stock_slots TO fluence_auditor;

GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_definer;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_admin;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_analyst;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_product_manager;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_finance_manager;
GRANT SELECT ON TABLE app_hidden.category_stock_sums TO fluence_auditor;

GRANT SELECT ON TABLE app_hidden.category_stock_drift TO fluence_definer;
GRANT SELECT ON TABLE app_hidden.category_stock_drift TO fluence_admin;
GRANT SELECT ON TABLE app_hidden.category_stock_drift TO fluence_auditor;

GRANT SELECT ON TABLE app_private.channel_key TO fluence_definer;

GRANT SELECT ON TABLE app_private.database_logins TO fluence_definer;

GRANT SELECT ON TABLE app_private.current_login TO fluence_definer;

GRANT SELECT,INSERT ON TABLE app_private.sessions TO fluence_definer;

GRANT SELECT ON TABLE app_private.current_session TO fluence_definer;

GRANT SELECT,INSERT,UPDATE ON TABLE app_private.drift_checks TO fluence_definer;

GRANT SELECT,INSERT,DELETE ON TABLE app_private.feed_entries TO fluence_definer;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_admin;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_analyst;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_product_manager;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_finance_manager;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_support_agent;
GRANT SELECT ON TABLE app_private.feed_entries TO fluence_auditor;

GRANT SELECT,INSERT ON TABLE app_private.feed_topics TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.feeds TO fluence_definer;

GRANT SELECT ON TABLE app_private.loaded_sources TO fluence_server;
GRANT SELECT ON TABLE app_private.loaded_sources TO fluence_worker;
GRANT SELECT,INSERT,DELETE ON TABLE app_private.loaded_sources TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.outbox TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.worker_heartbeats TO fluence_definer;

GRANT SELECT,INSERT,UPDATE ON TABLE app_public.currencies TO fluence_definer;
GRANT SELECT ON TABLE app_public.currencies TO fluence_server;
GRANT SELECT ON TABLE app_public.currencies TO fluence_worker;
GRANT SELECT ON TABLE app_public.currencies TO fluence_visitor;
GRANT SELECT ON TABLE app_public.currencies TO fluence_admin;
GRANT SELECT ON TABLE app_public.currencies TO fluence_analyst;
GRANT SELECT ON TABLE app_public.currencies TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.currencies TO fluence_influencer;
GRANT SELECT ON TABLE app_public.currencies TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.currencies TO fluence_auditor;

GRANT SELECT ON TABLE app_public.error_codes TO fluence_visitor;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_admin;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_analyst;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_influencer;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.error_codes TO fluence_auditor;

GRANT SELECT ON TABLE app_public.parked_events TO fluence_admin;

GRANT SELECT ON TABLE app_public.product_changes TO fluence_admin;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_analyst;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.product_changes TO fluence_auditor;

GRANT SELECT ON TABLE reporting.category_stock TO fluence_admin;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_analyst;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_marketing_manager;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_campaign_manager;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_product_manager;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_finance_manager;
GRANT SELECT ON TABLE reporting.category_stock TO fluence_auditor;

GRANT SELECT ON TABLE reporting.jobs TO fluence_admin;

GRANT SELECT ON TABLE reporting.rollup_drift TO fluence_definer;
GRANT SELECT ON TABLE reporting.rollup_drift TO fluence_admin;
GRANT SELECT ON TABLE reporting.rollup_drift TO fluence_auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE fluence_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;
