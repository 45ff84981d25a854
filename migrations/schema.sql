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

CREATE TYPE app_private.attempt_kind AS ENUM (
    'password',
    'second_factor',
    'registration',
    'recovery',
    'invitation'
);

COMMENT ON TYPE app_private.attempt_kind IS 'What is counted: password, code, registration, recovery, invitation.';

CREATE DOMAIN app_private.database_login_name AS text
	CONSTRAINT database_login_name_form_check CHECK (((VALUE ~ '^[a-z][a-z0-9_]*$'::text) AND (length(VALUE) <= 40)))
	CONSTRAINT database_login_name_free_check CHECK ((VALUE !~ '^pg_'::text));

COMMENT ON DOMAIN app_private.database_login_name IS 'Name of a database login within its organization, with which the name of its role begins.';

CREATE DOMAIN app_private.digest AS bytea
	CONSTRAINT digest_is_sha256_check CHECK ((octet_length(VALUE) = 32));

COMMENT ON DOMAIN app_private.digest IS 'SHA-256 of something that is not kept itself.';

CREATE TYPE app_private.key_purpose AS ENUM (
    'seal',
    'lookup'
);

COMMENT ON TYPE app_private.key_purpose IS 'What a key is for: seal encrypts, lookup hashes what must be found.';

CREATE DOMAIN app_private.keyed_hash AS bytea
	CONSTRAINT keyed_hash_length_check CHECK ((octet_length(VALUE) = 32));

COMMENT ON DOMAIN app_private.keyed_hash IS 'HMAC-SHA-256 of a normalised value, by a key of the brand and of the kind of value.';

CREATE TYPE app_private.mail_purpose AS ENUM (
    'confirm',
    'recover',
    'change',
    'invite'
);

COMMENT ON TYPE app_private.mail_purpose IS 'What the token in a mail proves or lets do: confirm an address, recover a password, change the address, accept an invitation.';

CREATE DOMAIN app_private.password_hash AS text
	CONSTRAINT password_hash_is_bcrypt_check CHECK ((VALUE ~ '^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$'::text));

COMMENT ON DOMAIN app_private.password_hash IS 'A password as bcrypt keeps it.';

CREATE DOMAIN app_private.sealed AS bytea
	CONSTRAINT sealed_form_check CHECK ((((octet_length(VALUE) >= 30) AND (octet_length(VALUE) <= 100000)) AND (get_byte(VALUE, 0) = 1)));

COMMENT ON DOMAIN app_private.sealed IS 'What the server has encrypted: format, nonce, ciphertext and tag. It opens only in its own row and column, with a key of its ring.';

CREATE TYPE app_public.audit_action AS ENUM (
    'insert',
    'update',
    'delete',
    'truncate',
    'read',
    'refuse'
);

COMMENT ON TYPE app_public.audit_action IS 'What was done: rows were inserted, updated or deleted, a table was emptied, personal data were read, or something was refused.';

CREATE TYPE app_public.audit_door AS ENUM (
    'app',
    'sql',
    'command',
    'worker',
    'house'
);

COMMENT ON TYPE app_public.audit_door IS 'Through which door something was done: the app, a database login, a command of Fluence, its worker, or by whoever runs the server.';

CREATE TYPE app_public.import_status AS ENUM (
    'running',
    'done',
    'failed'
);

COMMENT ON TYPE app_public.import_status IS 'How far a run is. One that was cut off is failed: the next import of the brand says so.';

CREATE DOMAIN app_public.locale_code AS text
	CONSTRAINT locale_code_form_check CHECK ((VALUE ~ '^[a-z]{2,3}(-[A-Z]{2})?$'::text));

COMMENT ON DOMAIN app_public.locale_code IS 'Language, with or without a country: en, tr-TR.';

CREATE DOMAIN app_public.mail_address AS text;

COMMENT ON DOMAIN app_public.mail_address IS 'Address of electronic mail, of a form that can be sent to.';

CREATE TYPE app_public.organization_kind AS ENUM (
    'brand',
    'agency',
    'platform'
);

COMMENT ON TYPE app_public.organization_kind IS 'What an organization is: brand (sells), agency (works for brands), platform (runs Fluence).';

CREATE DOMAIN app_public.person_name AS text
	CONSTRAINT person_name_is_one_line_check CHECK (((length(btrim(VALUE)) > 0) AND (length(VALUE) <= 100) AND (VALUE !~ '[[:cntrl:]]'::text)));

COMMENT ON DOMAIN app_public.person_name IS 'Name of a person: one line of 1 to 100 characters.';

CREATE TYPE app_public.product_change_kind AS ENUM (
    'added',
    'edited',
    'retired',
    'deleted'
);

COMMENT ON TYPE app_public.product_change_kind IS 'What was done to a product.';

CREATE TYPE app_public.session_kind AS ENUM (
    'person',
    'api_key'
);

COMMENT ON TYPE app_public.session_kind IS 'Who holds a session: a person, or a machine by an API key.';

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

CREATE FUNCTION app_private.accept_invitation(token_hash app_private.digest, display_name app_public.person_name DEFAULT NULL::text, locale app_public.locale_code DEFAULT NULL::text, password_hash app_private.password_hash DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail app_private.mails := app_private.take_token(
    accept_invitation.token_hash, array['invite']::app_private.mail_purpose[]
  );
  v_invitation app_public.invitations;
  v_address app_private.invitation_mails;
  v_user_id bigint;
begin
  select i.* into v_invitation
  from app_public.invitations as i
  where i.id = v_mail.invitation_id
    and i.expires_at > statement_timestamp()
    and i.accepted_at is null
    and i.revoked_at is null
  for update;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  select k.* into strict v_address
  from app_private.invitation_mails as k
  where k.invitation_id = v_invitation.id;
  perform app_private.lock_address(v_address.mail_key);
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = v_address.mail_key;
  if not found then
    if num_nulls(
      accept_invitation.display_name, accept_invitation.locale, accept_invitation.password_hash
    ) > 0
    then
      raise exception using
        errcode = 'FL116',
        message = 'Nobody with this address has an account yet.',
        hint = 'Accept with a name and a password.';
    end if;
    v_user_id := app_private.create_account(
      v_address.mail, accept_invitation.display_name, accept_invitation.locale,
      accept_invitation.password_hash
    );
  end if;
  perform app_private.add_member(v_invitation.organization_id, v_user_id, v_invitation.role);
  update app_public.invitations as i
  set accepted_at = statement_timestamp(), accepted_by = v_user_id
  where i.id = v_invitation.id;
  delete from app_private.invitation_mails as k where k.invitation_id = v_invitation.id;
  return v_user_id;
end
$$;

COMMENT ON FUNCTION app_private.accept_invitation(token_hash app_private.digest, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) IS 'Accepts an invitation by the token of its mail and returns the person, who is now a member: the account of that address, or a new one with the given name and password. FL115 if it is void. Nobody is signed in by it.';

CREATE TABLE app_private.sessions (
    session_hash bytea NOT NULL,
    organization_id bigint,
    acting_brand_id bigint,
    role app_public.user_role_enum,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    id bigint NOT NULL,
    kind app_public.session_kind DEFAULT 'person'::app_public.session_kind NOT NULL,
    family_id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id bigint,
    membership_id bigint,
    agency_grant_id bigint,
    name text,
    created_by bigint,
    device text,
    last_used_at timestamp with time zone,
    second_factor_at timestamp with time zone,
    CONSTRAINT sessions_brand_with_role_check CHECK (((acting_brand_id IS NULL) OR (role IS NOT NULL))),
    CONSTRAINT sessions_device_length_check CHECK ((length(device) <= 100)),
    CONSTRAINT sessions_end_after_they_begin_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_hash_is_sha256_check CHECK ((octet_length(session_hash) = 32)),
    CONSTRAINT sessions_keys_end_within_two_years_check CHECK (((kind = 'person'::app_public.session_kind) OR (expires_at <= (created_at + '17544:00:00'::interval)))),
    CONSTRAINT sessions_keys_have_no_second_factor_check CHECK (((kind = 'person'::app_public.session_kind) OR (second_factor_at IS NULL))),
    CONSTRAINT sessions_name_length_check CHECK (((length(btrim(name)) > 0) AND (length(name) <= 100))),
    CONSTRAINT sessions_of_person_or_key_check CHECK (
CASE kind
    WHEN 'person'::app_public.session_kind THEN ((user_id IS NOT NULL) AND (name IS NULL) AND (created_by IS NULL) AND ((role IS NULL) OR (membership_id IS NOT NULL)))
    ELSE ((name IS NOT NULL) AND (created_by IS NOT NULL) AND (role IS NOT NULL) AND (num_nonnulls(user_id, membership_id, agency_grant_id) = 0))
END),
    CONSTRAINT sessions_role_of_an_organization_check CHECK (((role IS NULL) = (organization_id IS NULL))),
    CONSTRAINT sessions_second_factor_check CHECK (((second_factor_at IS NOT NULL) OR (role <> ALL (ARRAY['admin'::app_public.user_role_enum, 'finance_manager'::app_public.user_role_enum]))))
);

ALTER TABLE ONLY app_private.sessions FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.sessions IS 'One row per session of the API, of a person or by an API key: whom it is of, in which role it acts, how long.';

COMMENT ON COLUMN app_private.sessions.session_hash IS 'SHA-256 of the handle. The handle itself is known to its holder only.';

COMMENT ON COLUMN app_private.sessions.organization_id IS 'The organization of its holder; null while there is no role.';

COMMENT ON COLUMN app_private.sessions.acting_brand_id IS 'The brand it acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.sessions.role IS 'The role it acts in; no other is accepted. Null for a person without membership or, where the role asks for one, without a second factor: such a session reaches the person''s own account only.';

COMMENT ON COLUMN app_private.sessions.created_at IS 'When it was opened.';

COMMENT ON COLUMN app_private.sessions.expires_at IS 'When it ends by itself.';

COMMENT ON COLUMN app_private.sessions.revoked_at IS 'When it was ended before that.';

COMMENT ON COLUMN app_private.sessions.id IS 'Number by which people name it.';

COMMENT ON COLUMN app_private.sessions.kind IS 'Of a person, or an API key.';

COMMENT ON COLUMN app_private.sessions.family_id IS 'The sign-in that it comes from: switching organizations opens another of the same family.';

COMMENT ON COLUMN app_private.sessions.user_id IS 'The person, unless it is an API key.';

COMMENT ON COLUMN app_private.sessions.membership_id IS 'The membership that it stands on.';

COMMENT ON COLUMN app_private.sessions.agency_grant_id IS 'The grant that it stands on, where an agency acts for a brand.';

COMMENT ON COLUMN app_private.sessions.name IS 'What an API key is for.';

COMMENT ON COLUMN app_private.sessions.created_by IS 'Who made the API key.';

COMMENT ON COLUMN app_private.sessions.device IS 'What it was opened with, in a few words such as "Firefox on Linux".';

COMMENT ON COLUMN app_private.sessions.last_used_at IS 'When it was refreshed last; of an API key, when it was used last, to the minute.';

COMMENT ON COLUMN app_private.sessions.second_factor_at IS 'When the second factor was given last.';

CREATE VIEW app_private.current_session WITH (security_invoker='true') AS
 SELECT s.id,
    s.user_id,
    s.membership_id,
    s.organization_id,
    s.acting_brand_id,
    s.role,
    s.second_factor_at
   FROM app_private.sessions s
  WHERE ((SESSION_USER = 'fluence_authenticator'::name) AND (s.session_hash = sha256(convert_to(current_setting('fluence.session_id'::text, true), 'UTF8'::name))) AND (s.revoked_at IS NULL) AND (s.expires_at > statement_timestamp()) AND (current_setting('role'::text) = COALESCE(('fluence_'::text || s.role), 'fluence_visitor'::text)));

COMMENT ON VIEW app_private.current_session IS 'One row if the server is calling for a live session, else none: organization, brand, role.';

COMMENT ON COLUMN app_private.current_session.id IS 'Number of the session.';

COMMENT ON COLUMN app_private.current_session.user_id IS 'The person who is calling; null for an API key.';

COMMENT ON COLUMN app_private.current_session.membership_id IS 'The membership that the session stands on.';

COMMENT ON COLUMN app_private.current_session.organization_id IS 'The organization of the caller.';

COMMENT ON COLUMN app_private.current_session.acting_brand_id IS 'The brand the caller acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.current_session.role IS 'The role the caller acts in.';

COMMENT ON COLUMN app_private.current_session.second_factor_at IS 'When the second factor was given last.';

CREATE FUNCTION app_private.acting_admin() RETURNS app_private.current_session
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session;
begin
  v_caller := app_private.acting_session();
  perform from app_public.organizations as o
  where o.id = v_caller.organization_id
  for no key update;
  -- Again: whoever held the lock may have ended the session.
  v_caller := app_private.acting_session();
  if v_caller.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  return v_caller;
end
$$;

COMMENT ON FUNCTION app_private.acting_admin() IS 'The calling admin, with the organization locked until the end of the transaction: its people are changed one after the other. Else FL102 or FL103.';

CREATE FUNCTION app_private.acting_reader(reason text) RETURNS app_private.current_session
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  if v_caller.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  if v_caller.acting_brand_id is null then
    raise exception using
      errcode = 'FL001',
      message = 'You do not act for a brand.',
      hint = 'Sign in and choose a brand.';
  end if;
  if coalesce(length(btrim(acting_reader.reason)), 0) not between 1 and 500 then
    raise exception using
      errcode = 'FL303',
      message = 'This is written down with its reason.',
      hint = 'Say why, in 1 to 500 characters.';
  end if;
  return v_caller;
end
$$;

COMMENT ON FUNCTION app_private.acting_reader(reason text) IS 'The calling person, if one who may open personal data and says why: an admin who is signed in to the app for a brand. Else FL102, FL103, FL001 or FL303.';

CREATE FUNCTION app_private.acting_session() RETURNS app_private.current_session
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session;
begin
  select c.* into v_caller
  from app_private.current_session as c
  where c.user_id is not null;
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in; an API key or a database login cannot do this.';
  end if;
  return v_caller;
end
$$;

COMMENT ON FUNCTION app_private.acting_session() IS 'The calling person, or FL102. Neither an API key nor a database login is one.';

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

CREATE FUNCTION app_private.add_data_key(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_in_use text;
begin
  -- Two servers with two master keys would lock each other out; and of two that make the first
  -- key of a ring at once, the second finds it.
  lock table app_private.data_keys in share row exclusive mode;
  select min(k.master_key_id) into v_in_use
  from app_private.data_keys as k
  having not bool_or(k.master_key_id = add_data_key.master_key_id);
  if v_in_use is not null then
    raise exception using
      errcode = 'FL006',
      message = format(
        'The master key %s is wanted; %s is another one.', v_in_use, add_data_key.master_key_id
      ),
      hint = 'Give every server of this database the same FLUENCE_MASTER_KEY.';
  end if;
  if add_data_key.version <> 1 + coalesce(
    (
      select max(k.version)
      from app_private.data_keys as k
      where k.ring = add_data_key.ring and k.purpose = add_data_key.purpose
    ),
    0
  ) then
    return false;
  end if;
  insert into app_private.data_keys (ring, purpose, version, wrapped, master_key_id)
  values (
    add_data_key.ring, add_data_key.purpose, add_data_key.version, add_data_key.wrapped,
    add_data_key.master_key_id
  );
  return true;
end
$$;

COMMENT ON FUNCTION app_private.add_data_key(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text) IS 'Adds the next key of a ring; false if somebody else just did. Its master key must be one that is in use.';

CREATE FUNCTION app_private.add_member(organization_id bigint, user_id bigint, role app_public.user_role_enum) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_id bigint;
begin
  perform from app_public.users as u
  where u.id = add_member.user_id and u.deleted_at is null
  for share;
  if not found
    or not exists (
      select from app_public.organizations as o where o.id = add_member.organization_id
    )
  then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such person or organization.',
      hint = 'Check the ids.';
  end if;
  insert into app_public.memberships as m (organization_id, user_id, role)
  values (add_member.organization_id, add_member.user_id, add_member.role)
  on conflict do nothing
  returning m.id into v_id;
  if v_id is null then
    raise exception using
      errcode = 'FL121',
      message = 'This person is a member already.',
      hint = 'Change the role instead.';
  end if;
  return v_id;
end
$$;

COMMENT ON FUNCTION app_private.add_member(organization_id bigint, user_id bigint, role app_public.user_role_enum) IS 'Makes a person a member and returns the id of the membership, for the server and the command line.';

CREATE FUNCTION app_private.audit_caller(OUT door app_public.audit_door, OUT user_id bigint, OUT session_id bigint, OUT login text, OUT role text, OUT request_id text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_application constant text := current_setting('application_name');
begin
  case session_user
    when 'fluence_authenticator' then
      door := 'app';
      -- Also one that has just been ended, by whoever signs out.
      select s.user_id, s.id, coalesce(s.role::text, 'visitor')
      into audit_caller.user_id, audit_caller.session_id, audit_caller.role
      from app_private.sessions as s
      where s.session_hash
        = sha256(convert_to(current_setting('fluence.session_id', true), 'UTF8'));
      role := coalesce(role, 'visitor');
    when 'fluence_server' then
      select s.user_id, s.id, coalesce(s.role::text, 'visitor')
      into audit_caller.user_id, audit_caller.session_id, audit_caller.role
      from app_private.sessions as s
      where s.id = nullif(current_setting('fluence.acting_session', true), '')::bigint;
      door := case
        when session_id is not null or v_application like 'fluence server%' then 'app'
        else 'command'
      end;
    when 'fluence_worker' then
      door := 'worker';
    else
      login := session_user;
      -- The login that installed us makes and ends database logins, for an admin or by a command.
      if pg_has_role(session_user, 'fluence_server', 'usage') then
        select s.user_id, s.id, s.role::text
        into audit_caller.user_id, audit_caller.session_id, audit_caller.role
        from app_private.sessions as s
        where s.id = nullif(current_setting('fluence.acting_session', true), '')::bigint;
        door := case when session_id is not null then 'app' else 'house' end;
      else
        select l.user_id, l.role
        into audit_caller.user_id, audit_caller.role
        from app_private.current_login as l;
        door := case
          when exists (
            select from app_private.database_logins as l
            where l.login_oid = (select r.oid from pg_roles as r where r.rolname = session_user)
          ) then 'sql'
          else 'house'
        end;
      end if;
      if door <> 'app' then
        return;
      end if;
  end case;
  request_id := left(substring(v_application from '^fluence (?:server )?req:(.+)$'), 100);
end
$_$;

COMMENT ON FUNCTION app_private.audit_caller(OUT door app_public.audit_door, OUT user_id bigint, OUT session_id bigint, OUT login text, OUT role text, OUT request_id text) IS 'Who is calling, and through which door, as the audit log notes it.';

CREATE TABLE app_public.audit_log (
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    id bigint NOT NULL,
    series integer NOT NULL,
    transaction_id bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    organization_id bigint,
    action app_public.audit_action NOT NULL,
    door app_public.audit_door NOT NULL,
    user_id bigint,
    session_id bigint,
    login text,
    role text,
    request_id text,
    object text NOT NULL,
    row_key jsonb,
    before jsonb,
    after jsonb,
    reason text,
    CONSTRAINT audit_log_login_length_check CHECK ((length(login) <= 63)),
    CONSTRAINT audit_log_object_length_check CHECK (((length(object) >= 1) AND (length(object) <= 200))),
    CONSTRAINT audit_log_reason_length_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
    CONSTRAINT audit_log_request_id_length_check CHECK ((length(request_id) <= 100))
)
PARTITION BY RANGE (occurred_at);

ALTER TABLE ONLY app_public.audit_log FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.audit_log IS '@behavior -insert -update -delete -single
One row per change of a row that people or the house made, per reading of personal data, and per refusal, at most a few a minute. Nobody can change or remove one. An admin and an auditor read what concerns their organization.';

COMMENT ON COLUMN app_public.audit_log.occurred_at IS '@behavior +orderBy
When.';

COMMENT ON COLUMN app_public.audit_log.id IS 'Number of the entry.';

COMMENT ON COLUMN app_public.audit_log.series IS '@behavior -select -filterBy -orderBy
Which cluster''s numbers of transactions are meant.';

COMMENT ON COLUMN app_public.audit_log.transaction_id IS '@behavior -select -filterBy -orderBy
The transaction that did it.';

COMMENT ON COLUMN app_public.audit_log.organization_id IS 'The organization that it concerns: whose rows they are. Null: none, or the platform.';

COMMENT ON COLUMN app_public.audit_log.action IS 'What was done.';

COMMENT ON COLUMN app_public.audit_log.door IS 'Through which door.';

COMMENT ON COLUMN app_public.audit_log.user_id IS 'The person who did it; null for an API key, a login that nobody holds, and the house.';

COMMENT ON COLUMN app_public.audit_log.session_id IS 'The session or API key it was done by.';

COMMENT ON COLUMN app_public.audit_log.login IS 'The database login, where it was not one of the house''s own.';

COMMENT ON COLUMN app_public.audit_log.role IS 'The role that it was done in.';

COMMENT ON COLUMN app_public.audit_log.request_id IS 'The request, as the server''s log names it.';

COMMENT ON COLUMN app_public.audit_log.object IS 'The table, or what was asked for, such as app_public.products.';

COMMENT ON COLUMN app_public.audit_log.row_key IS 'The key of the row.';

COMMENT ON COLUMN app_public.audit_log.before IS 'The row as it was; of an update, the columns that changed. Personal data and secrets are "***".';

COMMENT ON COLUMN app_public.audit_log.after IS 'The row as it is since; of an update, the columns that changed. Personal data and secrets are "***".';

COMMENT ON COLUMN app_public.audit_log.reason IS 'Why, as the person said; of a refusal, the code, and how often it came within the minute.';

CREATE FUNCTION app_private.audit_digest(entry app_public.audit_log) RETURNS bytea
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT sha256(convert_to((jsonb_build_array((entry).id, (entry).series, (entry).transaction_id, EXTRACT(epoch FROM (entry).occurred_at), (entry).organization_id, (entry).action, (entry).door, (entry).user_id, (entry).session_id, (entry).login, (entry).role, (entry).request_id, (entry).object, (entry).row_key, (entry).before, (entry).after, (entry).reason))::text, 'UTF8'::name)) AS sha256;
END;

COMMENT ON FUNCTION app_private.audit_digest(entry app_public.audit_log) IS 'SHA-256 of an entry of the audit log, of all its columns.';

CREATE TABLE app_private.audit_seals (
    block bigint NOT NULL,
    last_series integer NOT NULL,
    last_transaction_id bigint NOT NULL,
    last_id bigint NOT NULL,
    row_count integer NOT NULL,
    leaves bytea NOT NULL,
    previous app_private.digest NOT NULL,
    hash app_private.digest NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_seals_block_check CHECK ((block > 0)),
    CONSTRAINT audit_seals_leaves_check CHECK (((row_count > 0) AND (octet_length(leaves) = (40 * row_count))))
);

ALTER TABLE ONLY app_private.audit_seals FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.audit_seals IS 'One row per block of the audit log: what its rows were when it was sealed. Each seal holds the one before; the last is also written to the log and to a file.';

COMMENT ON COLUMN app_private.audit_seals.block IS 'Number of the block: 1, 2, 3, without a hole.';

COMMENT ON COLUMN app_private.audit_seals.last_series IS 'Series of its last row.';

COMMENT ON COLUMN app_private.audit_seals.last_transaction_id IS 'Transaction of its last row.';

COMMENT ON COLUMN app_private.audit_seals.last_id IS 'Number of its last row. The block holds all rows from the last one of the block before to here, in the order of series, transaction and number.';

COMMENT ON COLUMN app_private.audit_seals.row_count IS 'How many rows it has.';

COMMENT ON COLUMN app_private.audit_seals.leaves IS 'Of each row in turn: its number (8 bytes) and its digest (32 bytes).';

COMMENT ON COLUMN app_private.audit_seals.previous IS 'The hash of the block before; 32 bytes of zero for the first.';

COMMENT ON COLUMN app_private.audit_seals.hash IS 'SHA-256 over the previous hash, what stands here about the block, and the leaves.';

COMMENT ON COLUMN app_private.audit_seals.sealed_at IS 'When it was sealed.';

CREATE FUNCTION app_private.audit_seal_hash(seal app_private.audit_seals) RETURNS bytea
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT sha256(((((seal).previous)::bytea || convert_to((jsonb_build_array((seal).block, (seal).last_series, (seal).last_transaction_id, (seal).last_id, (seal).row_count, EXTRACT(epoch FROM (seal).sealed_at)))::text, 'UTF8'::name)) || (seal).leaves)) AS sha256;
END;

COMMENT ON FUNCTION app_private.audit_seal_hash(seal app_private.audit_seals) IS 'SHA-256 of a seal: over the seal before, what it says of its block, and the leaves.';

CREATE FUNCTION app_private.audit_series() RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (select max(s.series) from app_private.audit_series as s);
end
$$;

COMMENT ON FUNCTION app_private.audit_series() IS 'The current series of the audit log.';

CREATE FUNCTION app_private.audit_table(audited regclass, organization_column name, ignored text[] DEFAULT '{}'::text[], imported boolean DEFAULT false, rekeyed boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  -- The primary key, or another one that names a row where that is a secret.
  v_key constant text[] := (
    select c.names
    from pg_constraint as k
    cross join lateral (
      select
        array_agg(a.attname::text order by u.position) as names,
        bool_and(a.attnotnull) as is_known
      from unnest(k.conkey) with ordinality as u (attnum, position)
      join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.attnum
    ) as c
    where k.conrelid = audit_table.audited and k.contype in ('p', 'u') and c.is_known
    order by
      c.names && app_private.masked_columns(audit_table.audited),
      k.contype <> 'p',
      k.conname
    limit 1
  );
  v_call constant text := format(
    'for each statement %%s execute function app_private.tg__audit(%L, %L, %L, %L)',
    v_key,
    coalesce(audit_table.organization_column, ''),
    app_private.masked_columns(audit_table.audited),
    audit_table.ignored
  );
begin
  execute format(
    'create or replace trigger _400_audit_insert after insert on %s '
    'referencing new table as new_rows ' || v_call,
    audit_table.audited,
    case
      when audit_table.imported then
        'when (session_user <> ''fluence_server'' '
        'or coalesce(current_setting(''fluence.import_run'', true), '''') = '''')'
      else ''
    end
  );
  execute format(
    'create or replace trigger _400_audit_update after update on %s '
    'referencing old table as old_rows new table as new_rows ' || v_call,
    audit_table.audited,
    case
      when audit_table.rekeyed then
        'when (session_user not in (''fluence_server'', ''fluence_worker'') '
        'or coalesce(current_setting(''fluence.new_key'', true), '''') = '''')'
      else ''
    end
  );
  execute format(
    'create or replace trigger _400_audit_delete after delete on %s '
    'referencing old table as old_rows ' || v_call,
    audit_table.audited, ''
  );
  execute format(
    'create or replace trigger _400_audit_truncate after truncate on %s ' || v_call,
    audit_table.audited, ''
  );
end
$$;

COMMENT ON FUNCTION app_private.audit_table(audited regclass, organization_column name, ignored text[], imported boolean, rekeyed boolean) IS 'Attaches the audit log to a table. Named are the column that tells whose a row is (null: nobody''s), columns whose change alone is not worth an entry (they stand in those of other changes), and whether rows that an import adds are covered by the entry of its run (fluence.import_run, set by the server''s own login), and whether what is sealed with a new key is by the entry of that key (fluence.new_key, set by app_private.renew_sealed_rows()).';

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

CREATE FUNCTION app_private.begin_import(brand_id bigint, kind text, file_name text, started_by text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_run_id bigint;
begin
  if not exists (
    select from app_public.organizations as o
    where o.id = begin_import.brand_id and o.kind = 'brand'
  ) then
    raise exception using
      errcode = 'FL002',
      message = format('The organization %s is no brand.', begin_import.brand_id),
      hint = 'Import into a brand.';
  end if;

  for v_run_id in
    select r.id
    from app_public.import_runs as r
    where r.brand_id = begin_import.brand_id and r.status = 'running'
    for update skip locked
  loop
    if pg_try_advisory_xact_lock(app_private.import_lock(begin_import.brand_id, v_run_id)) then
      update app_public.import_runs as r
      set status = 'failed', finished_at = clock_timestamp()
      where r.brand_id = begin_import.brand_id and r.id = v_run_id;
      delete from app_private.import_keys as k
      where k.brand_id = begin_import.brand_id and k.run_id = v_run_id;
    end if;
  end loop;

  insert into app_public.import_runs as r (brand_id, kind, file_name, started_by)
  values (
    begin_import.brand_id, begin_import.kind, begin_import.file_name, begin_import.started_by
  )
  returning r.id into v_run_id;
  perform pg_advisory_lock(app_private.import_lock(begin_import.brand_id, v_run_id));
  return v_run_id;
end
$$;

COMMENT ON FUNCTION app_private.begin_import(brand_id bigint, kind text, file_name text, started_by text) IS 'Begins a run of an import into a brand, by this connection; its number. Runs of the brand that were cut off are failed from now on. FL002 if there is no such brand.';

CREATE FUNCTION app_private.brand_today(brand_id bigint) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select (statement_timestamp() at time zone o.time_zone)::date
    from app_public.organizations as o
    where o.id = brand_today.brand_id
  );
end
$$;

COMMENT ON FUNCTION app_private.brand_today(brand_id bigint) IS 'The day that it is for a brand, by its own time zone. For functions with rights of their own.';

CREATE FUNCTION app_private.change_mail(attempt_id bigint, session_hash app_private.digest, matched boolean, mail app_public.mail_address) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.password_again(
    change_mail.attempt_id, change_mail.session_hash, change_mail.matched
  );
  v_owner_id bigint;
begin
  -- It sends mail to whom one likes, as a registration does.
  perform app_private.count_attempt(
    'registration', app_private.key_of_account(app_private.mail_key(change_mail.mail)), null
  );
  select a.user_id into v_owner_id
  from app_private.user_accounts as a
  where a.mail_key = app_private.mail_key(change_mail.mail);
  perform app_private.void_tokens(v_session.user_id, 'change');
  if v_owner_id <> v_session.user_id then
    perform app_private.want_mail('mail-in-use', user_id => v_owner_id);
  else
    perform app_private.want_mail(
      'confirm-mail', user_id => v_session.user_id, purpose => 'change',
      address => change_mail.mail
    );
  end if;
end
$$;

COMMENT ON FUNCTION app_private.change_mail(attempt_id bigint, session_hash app_private.digest, matched boolean, mail app_public.mail_address) IS 'Asks a new address of a person who has given the password to confirm itself. It looks the same for an address that somebody else has: its owner gets another mail.';

CREATE FUNCTION app_private.change_password(attempt_id bigint, session_hash app_private.digest, matched boolean, password_hash app_private.password_hash) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.password_again(
    change_password.attempt_id, change_password.session_hash, change_password.matched
  );
begin
  perform app_private.set_password(
    v_session.user_id, change_password.password_hash, but_family_id => v_session.family_id
  );
end
$$;

COMMENT ON FUNCTION app_private.change_password(attempt_id bigint, session_hash app_private.digest, matched boolean, password_hash app_private.password_hash) IS 'Changes the password of a person who has given the old one, and ends the sessions elsewhere.';

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

CREATE FUNCTION app_private.check_session(handle text) RETURNS TABLE(role text, acting_brand_id bigint, expires_at timestamp with time zone, kind app_public.session_kind, use_is_due boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return query
  select
    coalesce(s.role::text, 'visitor'),
    s.acting_brand_id,
    s.expires_at,
    s.kind,
    s.kind = 'api_key'
      and coalesce(s.last_used_at < statement_timestamp() - interval '1 minute', true)
  from app_private.sessions as s
  where s.session_hash = sha256(convert_to(check_session.handle, 'UTF8'))
    and s.revoked_at is null
    and s.expires_at > statement_timestamp();
end
$$;

COMMENT ON FUNCTION app_private.check_session(handle text) IS 'The role, the brand, the end and the kind of a live session, or no row; for the server alone. use_is_due: the server should call note_key_use().';

CREATE FUNCTION app_private.confirm_mail(token_hash app_private.digest) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail_key text := (
    select app_private.mail_key(coalesce(r.mail, m.address))
    from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    left join app_private.registrations as r on r.id = m.registration_id
    where t.token_hash = confirm_mail.token_hash
  );
  v_mail app_private.mails;
begin
  -- Of several who confirm one address at once, the first one gets it.
  perform app_private.lock_address(v_mail_key);
  v_mail := app_private.take_token(
    confirm_mail.token_hash, array['confirm', 'change']::app_private.mail_purpose[]
  );
  if exists (
    select from app_private.user_accounts as a
    where a.mail_key = v_mail_key and a.user_id is distinct from v_mail.user_id
  ) then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  if v_mail.purpose = 'confirm' then
    perform app_private.create_account(r.mail, r.display_name, r.locale, r.password_hash)
    from app_private.registrations as r
    where r.id = v_mail.registration_id;
  else
    perform app_private.move_account(v_mail);
  end if;
end
$$;

COMMENT ON FUNCTION app_private.confirm_mail(token_hash app_private.digest) IS 'Makes an account of the one registration whose mail had the token, or a new address that of its account. FL115 if the token is void, or somebody else confirmed the address before. Nobody is signed in by it.';

CREATE FUNCTION app_private.count_attempt(kind app_private.attempt_kind, account_key app_private.digest, address_key text, user_id bigint DEFAULT NULL::bigint, session_id bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_limit app_private.attempt_limits;
  v_tries bigint;
  v_wait_until timestamptz;
  v_from_address bigint;
  v_id bigint;
begin
  -- One after the other: who counts sees all that were counted before. The account always before
  -- the address, so that nobody waits in a circle.
  perform pg_advisory_xact_lock(
    hashtext('fluence attempt on account'), hashtext(encode(count_attempt.account_key, 'hex'))
  );
  perform pg_advisory_xact_lock(
    hashtext('fluence attempt from address'), hashtext(count_attempt.address_key)
  );
  select l.* into strict v_limit
  from app_private.attempt_limits as l
  where l.kind = count_attempt.kind;

  select
    count(*),
    max(a.created_at) + least(
      v_limit.first_wait * power(2, least(count(*) - v_limit.free, 20)),
      v_limit.longest_wait
    )
  into v_tries, v_wait_until
  from app_private.login_attempts as a
  where a.account_key = count_attempt.account_key
    and a.kind = count_attempt.kind
    and a.created_at > clock_timestamp() - interval '1 day'
    and a.id > coalesce(
      (
        select max(m.id)
        from app_private.login_attempts as m
        where m.account_key = count_attempt.account_key
          and m.kind = count_attempt.kind
          and m.matched_at is not null
      ),
      0
    );
  select count(*) into v_from_address
  from app_private.login_attempts as a
  where a.address_key = count_attempt.address_key
    and a.kind = count_attempt.kind
    and a.created_at > clock_timestamp() - interval '15 minutes'
    and a.matched_at is null;

  if v_tries < v_limit.free then
    v_wait_until := null;
  end if;
  if v_from_address >= v_limit.per_address then
    v_wait_until := greatest(v_wait_until, clock_timestamp() + interval '1 minute');
  end if;
  if v_wait_until > clock_timestamp() then
    raise exception using
      errcode = 'FL110',
      message = 'There were too many attempts.',
      hint = format(
        'Try again in %s seconds.', ceil(extract(epoch from v_wait_until - clock_timestamp()))
      );
  end if;

  insert into app_private.login_attempts as a (
    kind, account_key, address_key, user_id, session_id, created_at
  )
  values (
    count_attempt.kind, count_attempt.account_key, count_attempt.address_key,
    count_attempt.user_id, count_attempt.session_id, clock_timestamp()
  )
  returning a.id into v_id;
  return v_id;
end
$$;

COMMENT ON FUNCTION app_private.count_attempt(kind app_private.attempt_kind, account_key app_private.digest, address_key text, user_id bigint, session_id bigint) IS 'Counts an attempt and returns its id, or refuses it (FL110), whether there is such an account or not. The caller commits before anything is compared.';

CREATE FUNCTION app_private.count_sealed_rows() RETURNS TABLE(ring bigint, version integer, sealed_rows bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_table record;
begin
  for v_table in select s.name, s.has_brand from app_private.sealed_tables as s loop
    return query execute format(
      'select %1$s::bigint, t.key_version, count(*) from %2$s as t group by 1, 2',
      case when v_table.has_brand then 't.brand_id' else '0' end, v_table.name
    );
  end loop;
end
$_$;

COMMENT ON FUNCTION app_private.count_sealed_rows() IS 'How many rows each key has sealed, once for each table.';

CREATE FUNCTION app_private.create_account(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) RETURNS bigint
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail_key text := app_private.mail_key(create_account.mail);
  v_user_id bigint;
begin
  perform app_private.lock_address(v_mail_key);
  v_user_id := app_private.create_user(create_account.display_name, create_account.locale);
  insert into app_private.user_accounts (user_id, mail, mail_key, password_hash)
  values (v_user_id, create_account.mail, v_mail_key, create_account.password_hash);
  -- Whoever else has registered with this address comes too late, with all mails of theirs.
  delete from app_private.registrations as r where r.mail_key = v_mail_key;
  return v_user_id;
end
$$;

COMMENT ON FUNCTION app_private.create_account(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) IS 'Creates a person with a confirmed address and returns the id. The command line and the demo vouch for it; else a mail did. What waited for a confirmation of that address is void.';

CREATE FUNCTION app_private.create_api_key(session_hash app_private.digest, name text, role app_public.user_role_enum, expires_at timestamp with time zone, key_hash app_private.digest) RETURNS bigint
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.sessions := app_private.login_manager(create_api_key.session_hash);
  v_id bigint;
begin
  if app_private.needs_second_factor(create_api_key.role) then
    raise exception using
      errcode = 'FL122',
      message = format('An API key cannot get the role %s.', create_api_key.role),
      hint = 'Choose a role that asks for no second factor.';
  end if;
  insert into app_private.sessions as s (
    session_hash, kind, name, created_by, organization_id, acting_brand_id, role, expires_at
  )
  values (
    create_api_key.key_hash, 'api_key', create_api_key.name, v_admin.user_id,
    v_admin.organization_id, v_admin.acting_brand_id, create_api_key.role,
    create_api_key.expires_at
  )
  returning s.id into v_id;
  return v_id;
end
$$;

COMMENT ON FUNCTION app_private.create_api_key(session_hash app_private.digest, name text, role app_public.user_role_enum, expires_at timestamp with time zone, key_hash app_private.digest) IS 'Makes an API key of the organization and returns its id; it ends with the membership of the admin. A machine has no second factor, so no key has a role that asks for one (FL122).';

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

CREATE FUNCTION app_private.create_user(display_name app_public.person_name, locale app_public.locale_code) RETURNS bigint
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into app_public.users (display_name, locale)
  values (create_user.display_name, create_user.locale)
  returning id
$$;

COMMENT ON FUNCTION app_private.create_user(display_name app_public.person_name, locale app_public.locale_code) IS 'Creates a person and returns the id.';

CREATE FUNCTION app_private.delete_account(attempt_id bigint, session_hash app_private.digest, matched boolean) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.password_again(
    delete_account.attempt_id, delete_account.session_hash, delete_account.matched
  );
  v_user_id bigint := v_session.user_id;
  v_mail app_public.mail_address;
begin
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true)
    and exists (
      select from app_private.second_factors as f
      where f.user_id = v_user_id and f.confirmed_at is not null
    )
  then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  -- Triggers refuse the last admin, and end the sessions and logins.
  update app_public.users as u
  set deleted_at = statement_timestamp(), display_name = null
  where u.id = v_user_id;
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.user_id = v_user_id and m.ended_at is null;
  -- Mails that wait would go to an address that we no longer have.
  update app_private.mails as m
  set sent_at = statement_timestamp(), address = null
  where m.user_id = v_user_id and (m.sent_at is null or m.address is not null);
  delete from app_private.mail_tokens as t
  using app_private.mails as m
  where m.id = t.mail_id and m.user_id = v_user_id;
  delete from app_private.recovery_codes as c where c.user_id = v_user_id;
  delete from app_private.second_factors as f where f.user_id = v_user_id;
  delete from app_private.user_accounts as a
  where a.user_id = v_user_id
  returning a.mail into v_mail;
  perform app_private.want_mail('account-deleted', user_id => v_user_id, address => v_mail);
end
$$;

COMMENT ON FUNCTION app_private.delete_account(attempt_id bigint, session_hash app_private.digest, matched boolean) IS 'Deletes the account of a person who has given the password: name, address, password and factors go; the number stays beside what the person did. FL117: who has a second factor must have given it within five minutes. FL120 for the last admin.';

CREATE FUNCTION app_private.drop_second_factor(user_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- The person first, as everybody who opens or ends sessions does.
  perform app_private.end_sessions(drop_second_factor.user_id);
  delete from app_private.second_factors as f where f.user_id = drop_second_factor.user_id;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'This person has no second factor.',
      hint = 'Check who it is; a forgotten password is recovered by mail.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = drop_second_factor.user_id;
  perform app_private.want_mail(
    'second-factor-removed', user_id => drop_second_factor.user_id
  );
end
$$;

COMMENT ON FUNCTION app_private.drop_second_factor(user_id bigint) IS 'Takes the second factor and the recovery codes from a person who has lost both, ends all sessions, and says so by mail. FL002 if there is none.';

CREATE FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into app_private.outbox (organization_id, topic, key, payload)
  values (emit.organization_id, emit.topic, emit.key, emit.payload)
$$;

COMMENT ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) IS 'Writes an event that the worker gets when this transaction has committed. For functions with rights of their own; triggers on many rows write to the outbox themselves.';

CREATE FUNCTION app_private.end_of_family(family_id uuid) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select min(s.created_at) + interval '90 days'
  from app_private.sessions as s
  where s.family_id = end_of_family.family_id
$$;

COMMENT ON FUNCTION app_private.end_of_family(family_id uuid) IS 'When a sign-in is over whatever was refreshed or switched to: 90 days after its first session. Null for one that begins.';

CREATE FUNCTION app_private.end_sessions(user_id bigint, family_id uuid DEFAULT NULL::uuid, but_family_id uuid DEFAULT NULL::uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- Who opens a session holds a share of this lock: none slips in between.
  perform from app_public.users as u where u.id = end_sessions.user_id for no key update;
  update app_private.sessions as s
  set revoked_at = statement_timestamp()
  where s.user_id = end_sessions.user_id
    and s.revoked_at is null
    and (end_sessions.family_id is null or s.family_id = end_sessions.family_id)
    and s.family_id is distinct from end_sessions.but_family_id;
end
$$;

COMMENT ON FUNCTION app_private.end_sessions(user_id bigint, family_id uuid, but_family_id uuid) IS 'Ends the sessions of a person: all, those of one sign-in, or all but those.';

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

CREATE TABLE app_public.import_runs (
    brand_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    file_name text,
    file_hash app_private.digest,
    started_by text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    status app_public.import_status DEFAULT 'running'::app_public.import_status NOT NULL,
    rows_read bigint DEFAULT 0 NOT NULL,
    rows_added bigint DEFAULT 0 NOT NULL,
    rows_changed bigint DEFAULT 0 NOT NULL,
    rows_unchanged bigint DEFAULT 0 NOT NULL,
    rows_rejected bigint DEFAULT 0 NOT NULL,
    CONSTRAINT import_runs_file_name_length_check CHECK (((length(file_name) >= 1) AND (length(file_name) <= 255))),
    CONSTRAINT import_runs_finished_check CHECK (((finished_at IS NULL) = (status = 'running'::app_public.import_status))),
    CONSTRAINT import_runs_kind_check CHECK ((kind ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT import_runs_rows_check CHECK (((LEAST(rows_read, rows_added, rows_changed, rows_unchanged, rows_rejected) >= 0) AND ((status <> 'done'::app_public.import_status) OR (rows_read = (((rows_added + rows_changed) + rows_unchanged) + rows_rejected))))),
    CONSTRAINT import_runs_started_by_length_check CHECK (((length(started_by) >= 1) AND (length(started_by) <= 100)))
);

ALTER TABLE ONLY app_public.import_runs FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.import_runs IS 'One row per run of an import: which file, who, when, and what became of its rows.';

COMMENT ON COLUMN app_public.import_runs.brand_id IS 'The brand whose data it brought.';

COMMENT ON COLUMN app_public.import_runs.id IS 'Number of the run.';

COMMENT ON COLUMN app_public.import_runs.kind IS 'What was imported, for example customers.';

COMMENT ON COLUMN app_public.import_runs.file_name IS 'Name of the file, without its folder; null for what came through a pipe.';

COMMENT ON COLUMN app_public.import_runs.file_hash IS 'SHA-256 of the file as it was read; null until it was read to its end.';

COMMENT ON COLUMN app_public.import_runs.started_by IS 'Who called the command, by the name of the account on that machine.';

COMMENT ON COLUMN app_public.import_runs.started_at IS 'When it began.';

COMMENT ON COLUMN app_public.import_runs.finished_at IS 'When it was over.';

COMMENT ON COLUMN app_public.import_runs.status IS 'Whether it is at work, is done, or failed. What a failed one had merged by then stands.';

COMMENT ON COLUMN app_public.import_runs.rows_read IS 'Rows of the file that it has worked off.';

COMMENT ON COLUMN app_public.import_runs.rows_added IS 'Rows that were new.';

COMMENT ON COLUMN app_public.import_runs.rows_changed IS 'Rows that were there and differed.';

COMMENT ON COLUMN app_public.import_runs.rows_unchanged IS 'Rows that were there just so.';

COMMENT ON COLUMN app_public.import_runs.rows_rejected IS 'Rows that could not be taken: see import_rejects.';

CREATE FUNCTION app_private.finish_import(brand_id bigint, run_id bigint, status app_public.import_status, file_hash app_private.digest) RETURNS app_public.import_runs
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_run app_public.import_runs;
begin
  update app_public.import_runs as r
  set status = finish_import.status,
    finished_at = clock_timestamp(),
    file_hash = finish_import.file_hash
  where r.brand_id = finish_import.brand_id
    and r.id = finish_import.run_id
    and r.status = 'running'
  returning r.* into v_run;
  if not found then
    raise exception using
      errcode = 'FL005',
      message = format('The import %s is over.', finish_import.run_id),
      hint = 'Import the file again: what is there already stays as it is.';
  end if;
  delete from app_private.import_keys as k
  where k.brand_id = finish_import.brand_id and k.run_id = finish_import.run_id;
  perform pg_advisory_unlock(
    app_private.import_lock(finish_import.brand_id, finish_import.run_id)
  );
  return v_run;
end
$$;

COMMENT ON FUNCTION app_private.finish_import(brand_id bigint, run_id bigint, status app_public.import_status, file_hash app_private.digest) IS 'Ends a run, done or failed, and answers with it. FL005 if it was over before.';

CREATE FUNCTION app_private.forget_customer(brand_id bigint, customer_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  delete from app_private.customer_identities as i
  where i.brand_id = forget_customer.brand_id and i.customer_id = forget_customer.customer_id;
  update app_public.customers as c
  set name_mask = null,
    mail_mask = null,
    phone_mask = null,
    address_mask = null,
    is_account_deleted = true,
    erased_at = statement_timestamp()
  where c.brand_id = forget_customer.brand_id and c.id = forget_customer.customer_id;
end
$$;

COMMENT ON FUNCTION app_private.forget_customer(brand_id bigint, customer_id bigint) IS 'What this room knows of who a customer is goes. Called by erase_customer, which has locked the customer.';

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

CREATE FUNCTION app_private.give_back_attempt(attempt_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  delete from app_private.login_attempts as a
  where a.id = give_back_attempt.attempt_id and a.finished_at is null;
end
$$;

COMMENT ON FUNCTION app_private.give_back_attempt(attempt_id bigint) IS 'Forgets an attempt whose password the server was too busy to look at: nothing was compared, so it is no wrong one.';

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

CREATE FUNCTION app_private.guard_partition(partition regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_name name;
begin
  for v_name in
    select t.tgname
    from pg_inherits as i
    join pg_trigger as t on t.tgrelid = i.inhparent
    where i.inhrelid = guard_partition.partition
      and t.tgfoid = 'app_private.tg__append_only'::regproc
  loop
    execute format(
      'create or replace trigger %I before update or delete or truncate on %s '
      'for each statement execute function app_private.tg__append_only()',
      v_name, guard_partition.partition
    );
    execute format('alter table %s enable always trigger %I', guard_partition.partition, v_name);
  end loop;
end
$$;

COMMENT ON FUNCTION app_private.guard_partition(partition regclass) IS 'Makes a partition append-only where its table is.';

CREATE FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  v_taken bigint[];
  v_brands bigint[];
begin
  -- One reader leads; should there ever be two, they take turns. Else the one that skips what the
  -- other has locked could be the first at the lock of a key, and hand on its later events.
  perform pg_advisory_xact_lock(hashtext('fluence outbox batch'));

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

CREATE FUNCTION app_private.import_lock(brand_id bigint, run_id bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select hashtextextended(
    format('fluence import %s of %s', import_lock.run_id, import_lock.brand_id), 0
  )
$$;

COMMENT ON FUNCTION app_private.import_lock(brand_id bigint, run_id bigint) IS 'Under which number the connection of a run holds an advisory lock for as long as it lives.';

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

CREATE FUNCTION app_private.keep_an_admin(organization_id bigint, leaving_user_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from app_public.organizations as o
  where o.id = keep_an_admin.organization_id
  for no key update;
  -- A statement of its own, which sees what was committed while this one waited for the lock.
  if not exists (
    select from app_public.memberships as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = keep_an_admin.organization_id
      and m.role = 'admin'
      and m.ended_at is null
      and m.user_id <> keep_an_admin.leaving_user_id
      and u.deactivated_at is null
      and u.deleted_at is null
  ) then
    raise exception using
      errcode = 'FL120',
      message = 'The last admin of an organization cannot go.',
      hint = 'Make somebody else an admin before.';
  end if;
end
$$;

COMMENT ON FUNCTION app_private.keep_an_admin(organization_id bigint, leaving_user_id bigint) IS 'Refuses (FL120) unless the organization keeps an admin without that person.';

CREATE FUNCTION app_private.key_of_account(name text) RETURNS app_private.digest
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select sha256(convert_to(key_of_account.name, 'UTF8'))::app_private.digest
$$;

COMMENT ON FUNCTION app_private.key_of_account(name text) IS 'What attempts are counted by: a hash, so that unknown addresses are not collected.';

CREATE FUNCTION app_private.key_of_token(token_hash app_private.digest) RETURNS app_private.digest
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select app_private.key_of_account('token:' || encode(key_of_token.token_hash, 'hex'))
$$;

COMMENT ON FUNCTION app_private.key_of_token(token_hash app_private.digest) IS 'What attempts with the token of a mail are counted by.';

CREATE FUNCTION app_private.list_access_rights() RETURNS TABLE(organization text, holder_kind text, holder_name text, holder text, role app_public.user_role_enum, login_name name, data_class text, reads text[], since timestamp with time zone, last_used_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    o.slug, r.holder_kind, r.holder_name, r.holder, r.role, r.login_name, r.data_class, r.reads,
    r.since, r.last_used_at
  from app_private.access_rights as r
  join app_public.organizations as o on o.id = r.organization_id
  order by o.slug, r.holder_kind, r.holder_name, r.holder, r.data_class
$$;

COMMENT ON FUNCTION app_private.list_access_rights() IS 'The access review of all organizations, for whoever runs Fluence.';

CREATE FUNCTION app_private.list_audit_seals(after_block bigint) RETURNS TABLE(block bigint, hash text, rows integer, sealed_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return query
  select s.block, encode(s.hash, 'hex'), s.row_count, s.sealed_at
  from app_private.audit_seals as s
  where s.block > list_audit_seals.after_block
  order by s.block
  limit 1000;
end
$$;

COMMENT ON FUNCTION app_private.list_audit_seals(after_block bigint) IS 'The seals after a block, a thousand at a time: what the worker writes outside the database.';

CREATE FUNCTION app_private.list_data_keys() RETURNS TABLE(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text, created_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select k.ring, k.purpose, k.version, k.wrapped, k.master_key_id, k.created_at
  from app_private.data_keys as k
  order by k.ring, k.purpose, k.version
$$;

COMMENT ON FUNCTION app_private.list_data_keys() IS 'All keys of all rings, as they are wrapped. For the command line.';

CREATE FUNCTION app_private.list_database_logins() RETURNS TABLE(organization text, name text, login_name text, holder text, role app_public.user_role_enum, created_at timestamp with time zone, expires_at timestamp with time zone, connection_limit integer, last_used_at timestamp with time zone, revoked_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    o.slug, l.name, l.login_name::text, u.display_name::text, l.role, l.created_at,
    l.expires_at, l.connection_limit, l.last_used_at, l.revoked_at
  from app_private.database_logins as l
  join app_public.organizations as o on o.id = l.organization_id
  left join app_public.memberships as m on m.id = l.membership_id
  left join app_public.users as u on u.id = m.user_id
  order by o.slug, l.name, l.id
$$;

COMMENT ON FUNCTION app_private.list_database_logins() IS 'The database logins of all organizations, for whoever runs Fluence.';

CREATE FUNCTION app_private.list_imports() RETURNS TABLE(organization text, run app_public.import_runs)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select o.slug, r
  from app_public.import_runs as r
  join app_public.organizations as o on o.id = r.brand_id
$$;

COMMENT ON FUNCTION app_private.list_imports() IS 'All runs of imports with the short name of their brand, for the command line.';

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

CREATE FUNCTION app_private.live_session(session_hash app_private.digest) RETURNS app_private.sessions
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions;
begin
  select s.* into v_session
  from app_private.sessions as s
  where s.session_hash = live_session.session_hash
    and s.kind = 'person'
    and s.revoked_at is null
    and s.expires_at > statement_timestamp();
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  -- For the audit log: for whom the server acts until the end of the transaction.
  perform set_config('fluence.acting_session', v_session.id::text, true);
  return v_session;
end
$$;

COMMENT ON FUNCTION app_private.live_session(session_hash app_private.digest) IS 'A person''s live session, or FL102. For functions of the server, which name their caller by it.';

CREATE FUNCTION app_private.lock_address(mail_key text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select pg_advisory_xact_lock(
    hashtext('fluence address of an account'), hashtext(lock_address.mail_key)
  )
$$;

COMMENT ON FUNCTION app_private.lock_address(mail_key text) IS 'Until the end of the transaction nobody else makes that address one of an account.';

CREATE FUNCTION app_private.login_begin(mail text, address_key text) RETURNS TABLE(attempt_id bigint, password_hash text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail_key text := app_private.mail_key(login_begin.mail);
  v_account app_private.user_accounts;
begin
  select a.* into v_account
  from app_private.user_accounts as a
  where a.mail_key = v_mail_key;
  return query
  select
    app_private.count_attempt(
      'password', app_private.key_of_account(v_mail_key), login_begin.address_key,
      user_id => v_account.user_id
    ),
    v_account.password_hash::text;
end
$$;

COMMENT ON FUNCTION app_private.login_begin(mail text, address_key text) IS 'First step of signing in: counts the attempt and returns its id and the hash to compare with, null for an unknown account (the server then compares with one of its own). FL110 if there were too many. The server commits before it compares.';

CREATE FUNCTION app_private.login_finish(attempt_id bigint, matched boolean, session_hash app_private.digest, refresh_hash app_private.digest, challenge_hash app_private.digest, device text DEFAULT NULL::text, new_password_hash app_private.password_hash DEFAULT NULL::text) RETURNS TABLE(outcome text, session_id bigint, role text, acting_brand_id bigint, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_attempt app_private.login_attempts;
  v_account app_private.user_accounts;
  v_session app_private.sessions;
begin
  v_attempt := app_private.take_attempt(
    login_finish.attempt_id, 'password', login_finish.matched
  );
  -- Who changes the password holds this lock: the old one does not slip through.
  perform from app_public.users as u where u.id = v_attempt.user_id for share;
  select a.* into v_account
  from app_private.user_accounts as a
  where a.user_id = v_attempt.user_id and a.password_changed_at <= v_attempt.created_at;
  if not found then
    raise exception using
      errcode = 'FL111',
      message = 'The mail or the password is wrong.',
      hint = 'Try again, recover the password, or first follow the link of your registration.';
  end if;
  if exists (
    select from app_public.users as u
    where u.id = v_attempt.user_id and u.deactivated_at is not null
  ) then
    raise exception using
      errcode = 'FL113',
      message = 'This account was closed.',
      hint = 'Ask an admin.';
  end if;

  if login_finish.new_password_hash is not null then
    update app_private.user_accounts as a
    set password_hash = login_finish.new_password_hash
    where a.user_id = v_attempt.user_id;
  end if;
  if exists (
    select from app_private.second_factors as f
    where f.user_id = v_attempt.user_id and f.confirmed_at is not null
  ) then
    update app_private.login_attempts as a
    set challenge_hash = login_finish.challenge_hash
    where a.id = v_attempt.id;
    return query
    select
      'second_factor', null::bigint, null::text, null::bigint,
      v_attempt.created_at + interval '5 minutes';
    return;
  end if;

  v_session := app_private.open_person_session(
    v_attempt.user_id, null, null, null, null, login_finish.session_hash,
    login_finish.refresh_hash, login_finish.device
  );
  perform app_private.notice_new_device(v_session);
  return query
  select
    case when v_session.role is null and v_session.membership_id is not null
      then 'enrol' else 'signed_in' end,
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;

COMMENT ON FUNCTION app_private.login_finish(attempt_id bigint, matched boolean, session_hash app_private.digest, refresh_hash app_private.digest, challenge_hash app_private.digest, device text, new_password_hash app_private.password_hash) IS 'Second step of signing in, after the server compared. signed_in: the session is open; enrol: it is, but has no role until a second factor is set up; second_factor: it is not, the challenge lets the one who holds it give a code for five minutes. FL111 wrong; FL113 tells more only to who knows the password. A new hash replaces the old one of the same password.';

CREATE FUNCTION app_private.login_manager(session_hash app_private.digest) RETURNS app_private.sessions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(login_manager.session_hash);
begin
  -- Locked as by acting_admin(): what is made now is seen by whoever ends this admin's membership.
  perform from app_public.organizations as o
  where o.id = v_session.organization_id
  for no key update;
  v_session := app_private.live_session(login_manager.session_hash);
  if v_session.role is distinct from 'admin' then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin can do this.',
      hint = 'Ask an admin of your organization.';
  end if;
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true) then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  return v_session;
end
$$;

COMMENT ON FUNCTION app_private.login_manager(session_hash app_private.digest) IS 'The session of an admin who has given the second factor within the last five minutes, else FL102, FL103 or FL117: who makes API keys and database logins. The server asks before it creates a role.';

CREATE FUNCTION app_private.logout(session_hash app_private.digest) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions;
begin
  select s.* into v_session
  from app_private.sessions as s
  where s.session_hash = logout.session_hash and s.kind = 'person';
  if found then
    perform set_config('fluence.acting_session', v_session.id::text, true);
    perform app_private.end_sessions(v_session.user_id, family_id => v_session.family_id);
  end if;
end
$$;

COMMENT ON FUNCTION app_private.logout(session_hash app_private.digest) IS 'Signs a person out here: ends the sessions of this sign-in, those for other organizations too.';

CREATE FUNCTION app_private.look_at_invitation(token_hash app_private.digest) RETURNS TABLE(organization_name text, role app_public.user_role_enum, mail text, has_account boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return query
  select o.name, i.role, k.mail::text, a.user_id is not null
  from app_private.mail_tokens as t
  join app_private.mails as m on m.id = t.mail_id and m.purpose = 'invite'
  join app_public.invitations as i on i.id = m.invitation_id
  join app_private.invitation_mails as k on k.invitation_id = i.id
  join app_public.organizations as o on o.id = i.organization_id
  left join app_private.user_accounts as a on a.mail_key = k.mail_key
  where t.token_hash = look_at_invitation.token_hash
    and t.used_at is null
    and t.expires_at > statement_timestamp()
    and i.expires_at > statement_timestamp()
    and i.accepted_at is null
    and i.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
end
$$;

COMMENT ON FUNCTION app_private.look_at_invitation(token_hash app_private.digest) IS 'What an invitation is for, to who holds its token: whether it is for an account that is there, or a name and a password must be given. FL115 if it is void.';

CREATE FUNCTION app_private.mail_key(mail text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select lower(normalize(btrim(left(mail_key.mail, 500)), nfc) collate "C")
$$;

COMMENT ON FUNCTION app_private.mail_key(mail text) IS 'The one form in which an address is unique and looked up. Only ASCII letters lose their case, so that it does not depend on the locale of the server; others lost it in Node, where the domain was put into ASCII.';

CREATE FUNCTION app_private.make_partition(parent regclass, moment timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
declare
  v_from constant timestamptz := date_trunc('month', make_partition.moment);
  v_to constant timestamptz := v_from + interval '1 month';
  v_name constant text := app_private.partition_name(make_partition.parent, make_partition.moment);
begin
  if to_regclass(v_name) is not null then
    return;
  end if;
  execute format('lock table %s in share update exclusive mode', make_partition.parent);
  -- Again: whoever had the lock may have made it.
  if to_regclass(v_name) is not null then
    return;
  end if;
  execute format(
    'create table %s (like %s including defaults including constraints including storage)',
    v_name, make_partition.parent
  );
  execute format('alter table %s enable row level security', v_name);
  execute format('alter table %s force row level security', v_name);
  execute format(
    'alter table %s attach partition %s for values from (%L) to (%L)',
    make_partition.parent, v_name, v_from, v_to
  );
  perform app_private.guard_partition(v_name::regclass);
end
$$;

COMMENT ON FUNCTION app_private.make_partition(parent regclass, moment timestamp with time zone) IS 'Makes the partition of a month where there is none. Acts as the owner of the tables, because nobody else may attach one.';

CREATE FUNCTION app_private.make_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_parent regclass;
  v_partition regclass;
begin
  for v_parent in
    select c.oid
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'p' and n.nspname in ('app_public', 'app_hidden', 'app_private')
    order by n.nspname, c.relname
  loop
    for i in 0..12 loop
      perform app_private.make_partition(v_parent, now() + make_interval(months => i));
    end loop;
    -- The loader has taken their triggers away, and this gives them back.
    for v_partition in
      select h.inhrelid from pg_inherits as h where h.inhparent = v_parent
    loop
      perform app_private.guard_partition(v_partition);
    end loop;
  end loop;
end
$$;

COMMENT ON FUNCTION app_private.make_partitions() IS 'Makes the partitions of this month and the next twelve, of every table that has them. Called at each start and once a day.';

CREATE FUNCTION app_private.masked_columns(relation regclass) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  return array(
    select a.attname::text
    from pg_attribute as a
    join pg_type as t on t.oid = a.atttypid
    where a.attrelid = masked_columns.relation and a.attnum > 0 and not a.attisdropped
      and (
        'bytea'::regtype in (t.oid, t.typbasetype)
        or t.oid::regtype::text in (
          'app_public.person_name', 'app_public.mail_address', 'app_private.password_hash'
        )
        or 'text'::regtype in (t.oid, t.typbasetype)
          and a.attname ~ '(^|_)(mail|phone|address|iban|password|secret|token|mask)(_|$)'
      )
    order by a.attname
  );
end
$_$;

COMMENT ON FUNCTION app_private.masked_columns(relation regclass) IS 'The columns of a table that the audit log must not hold: personal data and secrets, known by their types (bytea and what is made of it, names, addresses) or by their names.';

CREATE FUNCTION app_private.masked_mail(mail text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select regexp_replace(masked_mail.mail, '^(.).*@', '\1***@')
$$;

COMMENT ON FUNCTION app_private.masked_mail(mail text) IS 'An address of which only the first letter and the domain can be read.';

CREATE FUNCTION app_private.master_keys_in_use() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select distinct k.master_key_id from app_private.data_keys as k order by k.master_key_id
$$;

COMMENT ON FUNCTION app_private.master_keys_in_use() IS 'The ids of the master keys that keys are wrapped with: one, and two while they are renewed.';

CREATE FUNCTION app_private.may_read(role name, object text, column_name text, policy text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select exists (
    select
    from pg_catalog.pg_proc as p
    where may_read.object like '%(%'
      and p.oid = to_regprocedure(may_read.object)
      and has_schema_privilege(may_read.role, p.pronamespace, 'usage')
      and has_function_privilege(may_read.role, p.oid, 'execute')
    union all
    select
    from pg_catalog.pg_class as c
    where may_read.object not like '%(%'
      and c.oid = to_regclass(may_read.object)
      and has_schema_privilege(may_read.role, c.relnamespace, 'usage')
      and case
        when may_read.column_name is null
          then has_any_column_privilege(may_read.role, c.oid, 'select')
        else has_column_privilege(may_read.role, c.oid, may_read.column_name, 'select')
      end
      -- Of a table a grant alone shows no row: a policy must let the role in.
      and (
        c.relkind not in ('r', 'p')
        or exists (
          select from pg_catalog.pg_policy as p
          where p.polrelid = c.oid
            and p.polcmd in ('r', '*')
            and p.polname = coalesce(may_read.policy::name, p.polname)
            and to_regrole(may_read.role::text) = any (p.polroles)
        )
      )
  )
$$;

COMMENT ON FUNCTION app_private.may_read(role name, object text, column_name text, policy text) IS 'Whether a role can read a column (null for any), or call a function, as the catalog tells: by grants and, of a table, by a policy.';

CREATE FUNCTION app_private.membership_of(organization_id bigint, mail text) RETURNS bigint
    LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_id bigint;
begin
  select m.id into v_id
  from app_private.user_accounts as a
  join app_public.memberships as m on m.user_id = a.user_id
  where a.mail_key = app_private.mail_key(membership_of.mail)
    and m.organization_id = membership_of.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'No member of this organization has that address.',
      hint = 'Check the address; `fluence user create` makes a member.';
  end if;
  return v_id;
end
$$;

COMMENT ON FUNCTION app_private.membership_of(organization_id bigint, mail text) IS 'The membership of whoever has an address, for the command line; FL002 if there is none.';

CREATE FUNCTION app_private.merge_customers(brand_id bigint, run_id bigint, rows_read bigint, lines bigint[], fields text[], codes text[]) RETURNS TABLE(line bigint, field text, code text)
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_material TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_brand_id constant bigint := merge_customers.brand_id;
  v_today constant date := app_private.brand_today(merge_customers.brand_id);
  v_turn record;
  v_rows bigint;
  v_added bigint := 0;
  v_changed bigint := 0;
begin
  -- What this adds is covered by the run's own entry in the audit log.
  perform set_config('fluence.import_run', merge_customers.run_id::text, true);
  -- One batch of a brand at a time: what is found to be free here is free until the commit.
  perform pg_advisory_xact_lock(
    hashtextextended('fluence import of customers', v_brand_id)
  );

  with found as (
    select
      s.line,
      s.id,
      s.mail_hash,
      s.phone_hash,
      row_number() over (partition by s.id order by s.line) > 1
        or (
          select k.line
          from app_private.import_keys as k
          where k.brand_id = v_brand_id
            and k.run_id = merge_customers.run_id
            and k.key = s.id::text
        ) is not null as came_before
    from pg_temp.staged_customers as s
  ),
  -- A hash that is wanted by one row, and wanted or still held by another one of the batch.
  claims as (
    select f.id, h.hash
    from found as f
    cross join lateral (values (f.mail_hash), (f.phone_hash)) as h (hash)
    where not f.came_before
    union all
    select i.customer_id, h.hash
    from found as f
    join app_private.customer_identities as i
      on i.brand_id = v_brand_id and i.customer_id = f.id
    cross join lateral (values (i.mail_hash), (i.phone_hash)) as h (hash)
    where not f.came_before
  ),
  disputes as (
    select
      c.id,
      min(c.id) over (partition by c.hash) <> max(c.id) over (partition by c.hash) as is_so
    from claims as c
  )
  update pg_temp.staged_customers as s
  set is_alone = f.id not in (select d.id from disputes as d where d.is_so),
    field = case when f.came_before then 'customer_id' end,
    code = case when f.came_before then 'FL922' end
  from found as f
  where f.line = s.line;

  insert into app_private.import_keys (brand_id, run_id, key, line)
  select v_brand_id, merge_customers.run_id, s.id::text, s.line
  from pg_temp.staged_customers as s
  where s.code is null;

  for v_turn in
    select true as is_alone, min(s.line) as first_line, max(s.line) as last_line
    from pg_temp.staged_customers as s
    where s.code is null and s.is_alone
    union all
    select false, s.line, s.line
    from pg_temp.staged_customers as s
    where s.code is null and not s.is_alone
    order by 1 desc, 2
  loop
    -- Who is changed is locked first, in the order of ids: an erasure comes before or after.
    perform
    from pg_temp.staged_customers as s
    join app_public.customers as c on c.brand_id = v_brand_id and c.id = s.id
    left join app_private.customer_identities as i
      on i.brand_id = c.brand_id and i.customer_id = c.id
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (i.whole_hash, c.channel, c.since, c.is_account_deleted)
        is distinct from (s.whole_hash, s.channel, s.since, s.is_account_deleted)
    order by c.id
    for update of c;

    update pg_temp.staged_customers as s
    set field = v.field, code = v.code
    from pg_temp.staged_customers as t
    cross join lateral (
      select *
      from (
        values
          (
            1, 'customer_id', 'FL302',
            exists (
              select from app_public.customers as c
              where c.brand_id = v_brand_id and c.id = t.id and c.erased_at is not null
            )
          ),
          (2, 'since', 'FL301', t.since > v_today),
          (
            3, 'customer_mail', 'FL911',
            exists (
              select from app_private.customer_identities as i
              where i.brand_id = v_brand_id
                and i.mail_hash = t.mail_hash
                and i.customer_id <> t.id
            )
          ),
          (
            4, 'customer_phone', 'FL911',
            exists (
              select from app_private.customer_identities as i
              where i.brand_id = v_brand_id
                and i.phone_hash = t.phone_hash
                and i.customer_id <> t.id
            )
          )
      ) as e (n, field, code, is_so)
      where e.is_so
      order by e.n
      limit 1
    ) as v
    where s.line = t.line
      and t.line between v_turn.first_line and v_turn.last_line
      and t.is_alone = v_turn.is_alone
      and t.code is null;

    insert into app_public.channels (brand_id, code, title)
    select distinct v_brand_id, s.channel, format('Channel %s', s.channel)
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and s.channel is not null
    order by 2
    on conflict on constraint channels_pkey do nothing;

    with renewed as (
      update app_private.customer_identities as i
      set person_ref = s.person_ref,
        key_version = s.key_version,
        name = s.name,
        mail = s.mail,
        phone = s.phone,
        address = s.address,
        mail_hash = s.mail_hash,
        phone_hash = s.phone_hash,
        address_hash = s.address_hash,
        whole_hash = s.whole_hash
      from pg_temp.staged_customers as s
      where i.brand_id = v_brand_id
        and i.customer_id = s.id
        and i.whole_hash <> s.whole_hash
        and s.line between v_turn.first_line and v_turn.last_line
        and s.is_alone = v_turn.is_alone
        and s.code is null
      returning i.customer_id
    )
    update app_public.customers as c
    set name_mask = s.name_mask,
      mail_mask = s.mail_mask,
      phone_mask = s.phone_mask,
      address_mask = s.address_mask,
      channel = s.channel,
      since = s.since,
      is_account_deleted = s.is_account_deleted
    from pg_temp.staged_customers as s
    left join renewed as r on r.customer_id = s.id
    where c.brand_id = v_brand_id
      and c.id = s.id
      and c.erased_at is null
      and s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        r.customer_id is not null
        or (c.channel, c.since, c.is_account_deleted)
          is distinct from (s.channel, s.since, s.is_account_deleted)
      );
    get diagnostics v_rows = row_count;
    v_changed := v_changed + v_rows;

    insert into app_public.customers (
      brand_id, id, source, name_mask, mail_mask, phone_mask, address_mask, channel, since,
      is_account_deleted
    )
    select
      v_brand_id, s.id, 'shop', s.name_mask, s.mail_mask, s.phone_mask, s.address_mask, s.channel,
      s.since, s.is_account_deleted
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        select c.id from app_public.customers as c where c.brand_id = v_brand_id and c.id = s.id
      ) is null;
    get diagnostics v_rows = row_count;
    v_added := v_added + v_rows;

    insert into app_private.customer_identities (
      brand_id, customer_id, person_ref, key_version, name, mail, phone, address, mail_hash,
      phone_hash, address_hash, whole_hash
    )
    select
      v_brand_id, s.id, s.person_ref, s.key_version, s.name, s.mail, s.phone, s.address,
      s.mail_hash, s.phone_hash, s.address_hash, s.whole_hash
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        select i.customer_id
        from app_private.customer_identities as i
        where i.brand_id = v_brand_id and i.customer_id = s.id
      ) is null
      -- Whose line changes nothing is not locked, and may have been erased by now.
      and (
        select c.erased_at
        from app_public.customers as c
        where c.brand_id = v_brand_id and c.id = s.id
      ) is null;
  end loop;

  perform app_private.note_import(
    v_brand_id,
    merge_customers.run_id,
    merge_customers.rows_read,
    v_added,
    v_changed,
    merge_customers.lines || r.lines,
    merge_customers.fields || r.fields,
    merge_customers.codes || r.codes
  )
  from (
    select
      coalesce(array_agg(s.line), '{}') as lines,
      coalesce(array_agg(s.field), '{}') as fields,
      coalesce(array_agg(s.code), '{}') as codes
    from pg_temp.staged_customers as s
    where s.code is not null
  ) as r;
  return query
  select s.line, s.field, s.code
  from pg_temp.staged_customers as s
  where s.code is not null
  order by s.line;
end
$$;

COMMENT ON FUNCTION app_private.merge_customers(brand_id bigint, run_id bigint, rows_read bigint, lines bigint[], fields text[], codes text[]) IS 'Merges the customers in pg_temp.staged_customers into the brand: new ones are added, those that differ changed, the others left alone. Given are how many rows the batch had, and those among them that the importer has rejected; answers with those that are rejected here. With the counts of the run in one transaction. FL005 if the run is over.';

CREATE TABLE app_private.mails (
    id bigint NOT NULL,
    template text NOT NULL,
    purpose app_private.mail_purpose,
    user_id bigint,
    invitation_id bigint,
    address app_public.mail_address,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    registration_id bigint,
    failure text,
    CONSTRAINT mails_failure_is_a_code_check CHECK ((failure ~ '^\w{1,40}$'::text)),
    CONSTRAINT mails_of_one_check CHECK ((num_nonnulls(user_id, invitation_id, registration_id) = 1)),
    CONSTRAINT mails_template_form_check CHECK ((template ~ '^[a-z]+(-[a-z]+)*$'::text))
);

ALTER TABLE ONLY app_private.mails FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.mails IS 'One row per mail that the worker has sent or will send.';

COMMENT ON COLUMN app_private.mails.id IS 'Key.';

COMMENT ON COLUMN app_private.mails.template IS 'Name of its template.';

COMMENT ON COLUMN app_private.mails.purpose IS 'What the token in it is good for; null without a token.';

COMMENT ON COLUMN app_private.mails.user_id IS 'Whom it is for, if somebody with an account.';

COMMENT ON COLUMN app_private.mails.invitation_id IS 'The invitation that it carries.';

COMMENT ON COLUMN app_private.mails.address IS 'Where it goes, if not to the address of the account: the new one that is to be confirmed, or the last one of a deleted account.';

COMMENT ON COLUMN app_private.mails.created_at IS 'When it was asked for.';

COMMENT ON COLUMN app_private.mails.sent_at IS 'When it was handed over, or given up.';

COMMENT ON COLUMN app_private.mails.registration_id IS 'The registration that it confirms.';

COMMENT ON COLUMN app_private.mails.failure IS 'Why it can never be delivered, as a code; null if it was handed over.';

CREATE FUNCTION app_private.move_account(mail app_private.mails) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail app_private.mails := move_account.mail;
  v_mail_key text := app_private.mail_key(v_mail.address);
  v_old app_public.mail_address;
begin
  select a.mail into v_old
  from app_private.user_accounts as a
  where a.user_id = v_mail.user_id;
  update app_private.user_accounts as a
  set mail = v_mail.address, mail_key = v_mail_key
  where a.user_id = v_mail.user_id;
  delete from app_private.registrations as r where r.mail_key = v_mail_key;
  update app_private.mails as m set address = null where m.id = v_mail.id;
  perform app_private.want_mail('mail-changed', user_id => v_mail.user_id, address => v_old);
  perform app_private.void_tokens(v_mail.user_id, 'change');
  -- What went to the old address opens nothing any more.
  perform app_private.void_tokens(v_mail.user_id, 'recover');
end
$$;

COMMENT ON FUNCTION app_private.move_account(mail app_private.mails) IS 'Makes the address that a mail went to that of the account whose wish it was, and tells the old one.';

CREATE FUNCTION app_private.needs_second_factor(role app_public.user_role_enum) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select needs_second_factor.role in ('admin', 'finance_manager')
$$;

COMMENT ON FUNCTION app_private.needs_second_factor(role app_public.user_role_enum) IS 'Whether a role is given only to those who have a second factor.';

CREATE FUNCTION app_private.next_sealed_rows(table_name text, ring bigint, version integer, after uuid, row_limit integer) RETURNS TABLE(person_ref uuid, key_version integer, fields jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_fields text;
  v_has_brand boolean;
begin
  select string_agg(format('%L, t.%I', c.name, c.name), ', '), bool_and(s.has_brand)
  into v_fields, v_has_brand
  from app_private.sealed_tables as s
  cross join unnest(s.columns) as c (name)
  where s.name = next_sealed_rows.table_name;
  if v_fields is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such table with sealed columns.';
  end if;
  -- A ring that the planner does not see is like any other: of a new one it takes any index for
  -- good.
  return query execute format(
    'select t.person_ref, t.key_version, jsonb_build_object(%s)
     from %s as t
     where %s = (select $1) and t.key_version < $2 and t.person_ref > $3
     order by t.person_ref
     limit $4',
    v_fields, next_sealed_rows.table_name,
    case when v_has_brand then 't.brand_id' else '0' end
  )
  using next_sealed_rows.ring, next_sealed_rows.version, next_sealed_rows.after,
    next_sealed_rows.row_limit;
end
$_$;

COMMENT ON FUNCTION app_private.next_sealed_rows(table_name text, ring bigint, version integer, after uuid, row_limit integer) IS 'Rows of a ring that an older key than that version has sealed, in the order of person_ref after that one. For the rotation of keys.';

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

CREATE FUNCTION app_private.note_import(brand_id bigint, run_id bigint, rows_read bigint, rows_added bigint, rows_changed bigint, lines bigint[], fields text[], codes text[]) RETURNS void
    LANGUAGE plpgsql STRICT
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_rejected constant bigint := cardinality(note_import.lines);
begin
  update app_public.import_runs as r
  set rows_read = r.rows_read + note_import.rows_read,
    rows_added = r.rows_added + note_import.rows_added,
    rows_changed = r.rows_changed + note_import.rows_changed,
    rows_rejected = r.rows_rejected + v_rejected,
    rows_unchanged = r.rows_unchanged + note_import.rows_read - note_import.rows_added
      - note_import.rows_changed - v_rejected
  where r.brand_id = note_import.brand_id
    and r.id = note_import.run_id
    and r.status = 'running';
  if not found then
    raise exception using
      errcode = 'FL005',
      message = format('The import %s is over.', note_import.run_id),
      hint = 'Import the file again: what is there already stays as it is.';
  end if;
  insert into app_public.import_rejects (brand_id, run_id, line, field, code)
  select note_import.brand_id, note_import.run_id, e.line, e.field, e.code
  from unnest(note_import.lines, note_import.fields, note_import.codes) as e (line, field, code);
end
$$;

COMMENT ON FUNCTION app_private.note_import(brand_id bigint, run_id bigint, rows_read bigint, rows_added bigint, rows_changed bigint, lines bigint[], fields text[], codes text[]) IS 'Adds to a run what became of a batch of its rows: what is not new, changed or rejected is unchanged. For the functions that merge, in the same transaction. FL005 if the run is over.';

CREATE FUNCTION app_private.note_in_audit(action app_public.audit_action, organization_id bigint, object text, row_key jsonb, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  insert into app_public.audit_log (
    series, organization_id, action, door, user_id, session_id, login, role, request_id,
    object, row_key, reason
  )
  select
    app_private.audit_series(), note_in_audit.organization_id, note_in_audit.action,
    c.door, c.user_id, c.session_id, c.login, c.role, c.request_id,
    left(note_in_audit.object, 200), note_in_audit.row_key, left(note_in_audit.reason, 500)
  from app_private.audit_caller() as c;
end
$$;

COMMENT ON FUNCTION app_private.note_in_audit(action app_public.audit_action, organization_id bigint, object text, row_key jsonb, reason text) IS 'Writes to the audit log what no trigger sees: that somebody read personal data, and why. Who it was and through which door, it finds itself.';

CREATE FUNCTION app_private.note_key_use(handle text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update app_private.sessions as s
  set last_used_at = statement_timestamp()
  where s.session_hash = sha256(convert_to(note_key_use.handle, 'UTF8'))
    and s.kind = 'api_key'
    and coalesce(s.last_used_at < statement_timestamp() - interval '1 minute', true);
end
$$;

COMMENT ON FUNCTION app_private.note_key_use(handle text) IS 'Notes that an API key is in use, at most once a minute.';

CREATE FUNCTION app_private.note_login_refusals(refusals jsonb, file_id text, "position" bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_moment timestamptz;
begin
  for v_moment in
    select distinct date_trunc('month', r.occurred_at)
    from jsonb_to_recordset(note_login_refusals.refusals) as r (occurred_at timestamptz)
  loop
    perform app_private.make_partition('app_public.audit_log', v_moment);
    perform app_private.make_partition('app_public.audit_log', v_moment + interval '1 month');
  end loop;
  insert into app_public.audit_log (
    occurred_at, series, organization_id, action, door, user_id, login, role, object, reason
  )
  select
    r.occurred_at, app_private.audit_series(), coalesce(l.acting_brand_id, l.organization_id),
    'refuse', 'sql', m.user_id, left(r.login, 63), l.role::text, left(r.object, 200),
    '42501' || case when r.times > 1 then format(', %s times within a minute', r.times) else '' end
  from jsonb_to_recordset(note_login_refusals.refusals) as r (
    occurred_at timestamptz, login text, object text, times integer
  )
  left join pg_roles as o on o.rolname = r.login
  left join app_private.database_logins as l on l.login_oid = o.oid
  left join app_public.memberships as m on m.id = l.membership_id;

  insert into app_private.server_log_positions as p (file_id, position)
  values (decode(note_login_refusals.file_id, 'hex'), note_login_refusals.position)
  on conflict on constraint server_log_positions_pkey do update
  set file_id = excluded.file_id, position = excluded.position, read_at = now();
end
$$;

COMMENT ON FUNCTION app_private.note_login_refusals(refusals jsonb, file_id text, "position" bigint) IS 'Writes to the audit log what PostgreSQL refused to database logins, as its own log tells, and how far that was read.';

CREATE FUNCTION app_private.note_login_use() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update app_private.database_logins as l
  set last_used_at = statement_timestamp()
  where l.revoked_at is null
    and coalesce(l.last_used_at < statement_timestamp() - interval '1 minute', true)
    and l.login_oid in (select a.usesysid from pg_catalog.pg_stat_activity as a);
end
$$;

COMMENT ON FUNCTION app_private.note_login_use() IS 'Notes which database logins are connected, at most once a minute each.';

CREATE FUNCTION app_private.note_refusals(refusals jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  insert into app_public.audit_log (
    series, organization_id, action, door, user_id, session_id, role, request_id, object, reason
  )
  select
    app_private.audit_series(), coalesce(s.acting_brand_id, s.organization_id), 'refuse', 'app',
    s.user_id, s.id, coalesce(s.role::text, 'visitor'), left(r.request_id, 100),
    left(r.object, 200),
    r.code || case when r.times > 1 then format(', %s times within a minute', r.times) else '' end
  from jsonb_to_recordset(note_refusals.refusals) as r (
    session_hash text, request_id text, object text, code text, times integer
  )
  left join app_private.sessions as s on s.session_hash = decode(r.session_hash, 'hex');
end
$$;

COMMENT ON FUNCTION app_private.note_refusals(refusals jsonb) IS 'Writes to the audit log what the GraphQL door refused: by whom (the hash of the session), what was asked for, the code, and how often. The server counts, so that a flood is a few rows.';

CREATE FUNCTION app_private.notice_new_device(session app_private.sessions) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if exists (
    select from app_private.sessions as s
    where s.user_id = (notice_new_device.session).user_id
    having count(*) > 1
      and not coalesce(
        bool_or(s.device = (notice_new_device.session).device)
          filter (where s.id <> (notice_new_device.session).id),
        false
      )
  ) then
    perform app_private.want_mail(
      'new-login-notice', user_id => (notice_new_device.session).user_id
    );
  end if;
end
$$;

COMMENT ON FUNCTION app_private.notice_new_device(session app_private.sessions) IS 'Sends a person a notice of a session that was opened with something not seen before.';

CREATE FUNCTION app_private.open_audit_series() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_cluster_id constant bigint := (select c.system_identifier from pg_control_system() as c);
begin
  perform pg_advisory_xact_lock(hashtext('fluence audit series'));
  insert into app_private.audit_series (series, cluster_id)
  select coalesce(max(s.series), 0) + 1, v_cluster_id
  from app_private.audit_series as s
  having (array_agg(s.cluster_id order by s.series desc))[1] is distinct from v_cluster_id;
end
$$;

COMMENT ON FUNCTION app_private.open_audit_series() IS 'Begins a new series of the audit log where the database was moved to another cluster. Called at each start.';

CREATE FUNCTION app_private.open_person_session(user_id bigint, membership_id bigint, agency_grant_id bigint, family_id uuid, second_factor_at timestamp with time zone, session_hash app_private.digest, refresh_hash app_private.digest, device text) RETURNS app_private.sessions
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_membership app_public.memberships;
  v_grant app_public.agency_grants;
  v_organization app_public.organizations;
  v_role app_public.user_role_enum;
  v_session app_private.sessions;
begin
  -- What the session stands on is locked before it is looked at: whoever ends it waits, and then
  -- finds the session, or has ended it, and there is none.
  perform from app_public.users as u
  where u.id = open_person_session.user_id
    and u.deactivated_at is null
    and u.deleted_at is null
  for share;
  if not found then
    raise exception using
      errcode = 'FL113',
      message = 'This account was closed.',
      hint = 'Ask an admin.';
  end if;

  select m.* into v_membership
  from app_public.memberships as m
  where m.user_id = open_person_session.user_id
    and m.ended_at is null
    and m.id = coalesce(open_person_session.membership_id, m.id)
  -- Unless told otherwise, where the person was last.
  order by
    (
      select max(s.created_at) from app_private.sessions as s where s.membership_id = m.id
    ) desc nulls last,
    m.id
  limit 1
  for share of m;
  v_role := v_membership.role;
  if open_person_session.agency_grant_id is not null then
    select g.* into v_grant
    from app_public.agency_grants as g
    where g.id = open_person_session.agency_grant_id
      and g.agency_id = v_membership.organization_id
      and g.ended_at is null
      and v_membership.role in ('admin', 'agency_manager')
    for share;
    v_role := v_grant.role;
  end if;
  if v_membership.id is distinct from
      coalesce(open_person_session.membership_id, v_membership.id)
    or v_grant.id is distinct from open_person_session.agency_grant_id
  then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such place to work.',
      hint = 'Check the ids: app_public.own_workplaces lists them.';
  end if;

  if open_person_session.second_factor_at is null and app_private.needs_second_factor(v_role) then
    v_role := null;
  end if;
  if v_role is not null then
    select o.* into v_organization
    from app_public.organizations as o
    where o.id = v_membership.organization_id;
  end if;
  insert into app_private.sessions as s (
    session_hash, family_id, user_id, membership_id, agency_grant_id, organization_id,
    acting_brand_id, role, second_factor_at, device, expires_at
  )
  values (
    open_person_session.session_hash,
    coalesce(open_person_session.family_id, gen_random_uuid()),
    open_person_session.user_id,
    v_membership.id,
    v_grant.id,
    v_organization.id,
    case
      when v_role is null then null
      when v_grant.id is not null then v_grant.for_brand_id
      when v_organization.kind = 'brand' then v_organization.id
    end,
    v_role,
    open_person_session.second_factor_at,
    left(open_person_session.device, 100),
    least(
      now() + interval '14 days',
      app_private.end_of_family(open_person_session.family_id)
    )
  )
  returning s.* into v_session;
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  values (open_person_session.refresh_hash, v_session.id, v_session.expires_at);
  return v_session;
end
$$;

COMMENT ON FUNCTION app_private.open_person_session(user_id bigint, membership_id bigint, agency_grant_id bigint, family_id uuid, second_factor_at timestamp with time zone, session_hash app_private.digest, refresh_hash app_private.digest, device text) IS 'Opens a session for a person who has proven to be that one. It has no role where there is no membership, or where the role asks for a second factor that was not given.';

CREATE FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  update app_private.outbox_deliveries as d
  set parked_at = now(), error_code = park_event.error_code, attempts = park_event.attempts
  where d.id = park_event.event_id and d.parked_at is null
$$;

COMMENT ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) IS 'Gives an event up until somebody replays or skips it; later events of its key wait for that.';

CREATE FUNCTION app_private.partition_name(parent regclass, moment timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return (
    select format(
      'app_private.%I',
      c.relname || '_' || to_char(partition_name.moment at time zone 'UTC', 'YYYY_MM')
    )
    from pg_class as c
    where c.oid = partition_name.parent
  );
end
$$;

COMMENT ON FUNCTION app_private.partition_name(parent regclass, moment timestamp with time zone) IS 'The partition for a moment, for example app_private.audit_log_2030_01: months are those of UTC.';

CREATE FUNCTION app_private.password_again(attempt_id bigint, session_hash app_private.digest, matched boolean) RETURNS app_private.sessions
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(password_again.session_hash);
  v_attempt app_private.login_attempts;
begin
  v_attempt := app_private.take_attempt(
    password_again.attempt_id, 'password', password_again.matched
  );
  if v_attempt.session_id is distinct from v_session.id then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  return v_session;
end
$$;

COMMENT ON FUNCTION app_private.password_again(attempt_id bigint, session_hash app_private.digest, matched boolean) IS 'The session of a person who has just given the password again within it; else FL102 or FL111.';

CREATE FUNCTION app_private.password_begin(session_hash app_private.digest, address_key text) RETURNS TABLE(attempt_id bigint, password_hash text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(password_begin.session_hash);
  v_account app_private.user_accounts;
begin
  select a.* into v_account
  from app_private.user_accounts as a
  where a.user_id = v_session.user_id;
  if not found then
    raise exception using
      errcode = 'FL102',
      message = 'You are not signed in.',
      hint = 'Sign in.';
  end if;
  return query
  select
    app_private.count_attempt(
      'password', app_private.key_of_account(v_account.mail_key), password_begin.address_key,
      user_id => v_session.user_id, session_id => v_session.id
    ),
    v_account.password_hash::text;
end
$$;

COMMENT ON FUNCTION app_private.password_begin(session_hash app_private.digest, address_key text) IS 'Before something that asks for the password again: counts the attempt, together with those of signing in, and returns its id and the hash to compare with.';

CREATE FUNCTION app_private.read_data_keys(ring bigint) RETURNS TABLE(purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select k.purpose, k.version, k.wrapped, k.master_key_id
  from app_private.data_keys as k
  where k.ring = read_data_keys.ring
$$;

COMMENT ON FUNCTION app_private.read_data_keys(ring bigint) IS 'All keys of a ring, as they are wrapped. For the server and the worker alone.';

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

CREATE FUNCTION app_private.recover_begin(mail text, address_key text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail_key text := app_private.mail_key(recover_begin.mail);
  v_user_id bigint;
begin
  perform app_private.count_attempt(
    'recovery', app_private.key_of_account(v_mail_key), recover_begin.address_key
  );
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  join app_public.users as u on u.id = a.user_id
  where a.mail_key = v_mail_key and u.deactivated_at is null;
  if found then
    perform app_private.want_mail('recover-password', user_id => v_user_id, purpose => 'recover');
  end if;
end
$$;

COMMENT ON FUNCTION app_private.recover_begin(mail text, address_key text) IS 'Sends a mail by which a password can be set anew, if there is such an account; the answer does not tell.';

CREATE FUNCTION app_private.recover_finish(token_hash app_private.digest, password_hash app_private.password_hash) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail app_private.mails := app_private.take_token(
    recover_finish.token_hash, array['recover']::app_private.mail_purpose[]
  );
begin
  perform app_private.set_password(v_mail.user_id, recover_finish.password_hash);
end
$$;

COMMENT ON FUNCTION app_private.recover_finish(token_hash app_private.digest, password_hash app_private.password_hash) IS 'Sets a password anew by the token of a mail (FL115 if that is void) and ends all sessions. Nobody is signed in by it, so the second factor is asked for as ever.';

CREATE FUNCTION app_private.refresh_session(token_hash app_private.digest, new_token_hash app_private.digest) RETURNS TABLE(outcome text, session_id bigint, role text, acting_brand_id bigint, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_token app_private.refresh_tokens;
  v_session app_private.sessions;
begin
  select t.* into v_token
  from app_private.refresh_tokens as t
  where t.token_hash = refresh_session.token_hash
  for update;
  select s.* into v_session
  from app_private.sessions as s
  where s.id = v_token.session_id;
  -- Used before: by a second tab at the same moment, or by a thief.
  if v_token.used_at < clock_timestamp() - interval '30 seconds' then
    perform app_private.end_sessions(v_session.user_id, family_id => v_session.family_id);
    return;
  end if;
  update app_private.sessions as s
  set
    last_used_at = statement_timestamp(),
    expires_at = greatest(
      s.expires_at,
      least(now() + interval '14 days', app_private.end_of_family(s.family_id))
    )
  where s.id = v_token.session_id
    and v_token.expires_at > statement_timestamp()
    and s.expires_at > statement_timestamp()
    and s.revoked_at is null
  returning s.* into v_session;
  if not found then
    return;
  end if;
  update app_private.refresh_tokens as t
  set used_at = clock_timestamp()
  where t.token_hash = refresh_session.token_hash and t.used_at is null;
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
  values (refresh_session.new_token_hash, v_session.id, v_session.expires_at);
  return query
  select
    'signed_in',
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;

COMMENT ON FUNCTION app_private.refresh_session(token_hash app_private.digest, new_token_hash app_private.digest) IS 'Prolongs a session by its refresh token, which another one follows; no row if it is over, and the server answers FL903. The same token again: within 30 seconds that is another tab, later it ends the whole sign-in.';

CREATE FUNCTION app_private.register_account(attempt_id bigint, mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail_key text := app_private.mail_key(register_account.mail);
  v_user_id bigint;
  v_registration_id bigint;
begin
  -- Right or not is no question here; it stays counted.
  update app_private.login_attempts as a
  set finished_at = clock_timestamp()
  where a.id = register_account.attempt_id
    and a.kind = 'registration'
    and a.account_key = app_private.key_of_account(v_mail_key)
    and a.finished_at is null
    and a.created_at > clock_timestamp() - interval '2 minutes';
  if not found then
    raise exception using
      errcode = 'FL111',
      message = 'This took too long.',
      hint = 'Try again.';
  end if;
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = v_mail_key;
  if found then
    perform app_private.want_mail('mail-in-use', user_id => v_user_id);
    return;
  end if;
  -- Beside those that wait already: which of them counts, the reader of the mails decides.
  insert into app_private.registrations as r (
    mail, mail_key, display_name, locale, password_hash
  )
  values (
    register_account.mail, v_mail_key, register_account.display_name, register_account.locale,
    register_account.password_hash
  )
  returning r.id into v_registration_id;
  perform app_private.want_mail(
    'confirm-mail', purpose => 'confirm', registration_id => v_registration_id
  );
end
$$;

COMMENT ON FUNCTION app_private.register_account(attempt_id bigint, mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) IS 'Second step of registering, by the attempt that was counted: the person gets a mail to confirm the address, and the account is made by that. From outside it looks the same for a known address: its owner gets another mail.';

CREATE FUNCTION app_private.register_begin(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, address_key text) RETURNS bigint
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return app_private.count_attempt(
    'registration', app_private.key_of_account(app_private.mail_key(register_begin.mail)),
    register_begin.address_key
  );
end
$$;

COMMENT ON FUNCTION app_private.register_begin(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, address_key text) IS 'First step of registering: refuses what cannot be registered, counts the attempt and returns its id. FL110 if there were too many. The server commits before it hashes the password.';

CREATE FUNCTION app_private.register_database_login(login_name name, organization_id bigint, role app_public.user_role_enum, name text, expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone, connection_limit integer DEFAULT 5, created_by bigint DEFAULT NULL::bigint, membership_id bigint DEFAULT NULL::bigint, agency_grant_id bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_limit constant integer := 50;
  v_connections constant integer := 60;
  v_oid oid := to_regrole(quote_ident(register_database_login.login_name));
  v_brand_id bigint;
  v_id bigint;
  v_logins integer;
  v_taken integer;
begin
  if register_database_login.role = 'admin' then
    raise exception using
      errcode = 'FL122',
      message = 'A database login cannot get the role admin.',
      hint = 'Admins work in the app, with a second factor; to read, choose auditor or analyst.';
  end if;
  if not exists (
    select from pg_catalog.pg_roles as r
    where r.oid = v_oid
      and r.rolcanlogin
      and not (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)
  )
    or array(
      select a.roleid from pg_catalog.pg_auth_members as a where a.member = v_oid
    ) <> array[to_regrole('fluence_' || register_database_login.role)::oid]
  then
    raise exception using
      errcode = 'FL123',
      message = 'This login is not fit to be bound.',
      hint = 'It must be able to log in and be a member of its one business role, nothing more.';
  end if;

  -- One after the other: who counts sees all that were registered before.
  perform from app_public.organizations as o
  where o.id = register_database_login.organization_id
  for no key update;
  select count(*), coalesce(sum(l.connection_limit), 0) into v_logins, v_taken
  from app_private.database_logins as l
  where l.organization_id = register_database_login.organization_id
    and l.revoked_at is null
    and coalesce(l.expires_at > statement_timestamp(), true);
  if v_logins >= v_limit then
    raise exception using
      errcode = 'FL124',
      message = format('The organization has %s database logins already.', v_limit),
      hint = 'Revoke one that nobody uses.';
  end if;
  if v_taken + register_database_login.connection_limit > v_connections then
    raise exception using
      errcode = 'FL125',
      message = format(
        'The database logins of an organization may hold %s connections in all; %s are given.',
        v_connections, v_taken
      ),
      hint = 'Give this one fewer, or revoke one that nobody uses.';
  end if;

  -- Locked, so that no login slips in while what it stands on ends.
  if register_database_login.membership_id is not null then
    perform from app_public.memberships as m
    where m.id = register_database_login.membership_id
      and m.organization_id = register_database_login.organization_id
      and m.ended_at is null
    for share;
    if not found then
      raise exception using
        errcode = 'FL002',
        message = 'There is no such membership.',
        hint = 'Check the id.';
    end if;
  end if;
  if register_database_login.agency_grant_id is not null then
    select g.for_brand_id into v_brand_id
    from app_public.agency_grants as g
    where g.id = register_database_login.agency_grant_id
      and g.agency_id = register_database_login.organization_id
      and g.role = register_database_login.role
      and g.ended_at is null
    for share;
    if not found then
      raise exception using
        errcode = 'FL002',
        message = 'There is no such grant.',
        hint = 'Check the id; the role must be that of the grant.';
    end if;
  end if;

  insert into app_private.database_logins as l (
    login_oid, login_name, organization_id, acting_brand_id, role, name, expires_at,
    connection_limit, created_by, membership_id, agency_grant_id
  )
  select
    v_oid, register_database_login.login_name, o.id,
    coalesce(v_brand_id, case o.kind when 'brand' then o.id end), register_database_login.role,
    register_database_login.name, register_database_login.expires_at,
    register_database_login.connection_limit, register_database_login.created_by,
    register_database_login.membership_id, register_database_login.agency_grant_id
  from app_public.organizations as o
  where o.id = register_database_login.organization_id
  returning l.id into v_id;
  if v_id is null then
    raise exception using
      errcode = 'FL002',
      message = format(
        'There is no organization %s.', register_database_login.organization_id
      ),
      hint = 'Check the id.';
  end if;
  return v_id;
end
$$;

COMMENT ON FUNCTION app_private.register_database_login(login_name name, organization_id bigint, role app_public.user_role_enum, name text, expires_at timestamp with time zone, connection_limit integer, created_by bigint, membership_id bigint, agency_grant_id bigint) IS 'Binds a login that was just created to an organization and its one role, and returns the id. FL122 for the role admin, FL123 unless it is a plain login with exactly its role, FL124 where there are 50 already, FL125 where all together could hold more than 60 connections.';

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

CREATE FUNCTION app_private.renew_sealed_rows(table_name text, ring bigint, version integer, renewed jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_columns text;
  v_assignments text;
  v_has_brand boolean;
  v_count integer;
begin
  select
    string_agg(format('%I app_private.sealed', c.name), ', '),
    string_agg(format('%I = f.%I', c.name, c.name), ', '),
    bool_and(s.has_brand)
  into v_columns, v_assignments, v_has_brand
  from app_private.sealed_tables as s
  cross join unnest(s.columns) as c (name)
  where s.name = renew_sealed_rows.table_name;
  if v_columns is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such table with sealed columns.';
  end if;
  -- The entry of the key in the audit log covers what is only sealed anew.
  perform set_config('fluence.new_key', 'on', true);
  -- What somebody else holds is left for the next round: nobody waits here, so nothing locks up. A
  -- ring that the planner does not see is like any other: of a new one it takes any index for good.
  execute format(
    'with given as materialized (
       select g.person_ref, g.key_version, g.fields
       from jsonb_to_recordset($1) as g (person_ref uuid, key_version integer, fields jsonb)
     ),
     held as materialized (
       select t.person_ref, g.fields
       from %1$s as t
       join given as g on g.person_ref = t.person_ref and g.key_version = t.key_version
       where %2$s = (select $2) and t.key_version < $3
       for no key update of t skip locked
     )
     update %1$s as t
     set %3$s, key_version = $3
     from held as h
     cross join jsonb_to_record(h.fields) as f (%4$s)
     where %2$s = (select $2) and t.person_ref = h.person_ref',
    renew_sealed_rows.table_name,
    case when v_has_brand then 't.brand_id' else '0' end,
    v_assignments, v_columns
  )
  using renew_sealed_rows.renewed, renew_sealed_rows.ring, renew_sealed_rows.version;
  get diagnostics v_count = row_count;
  perform set_config('fluence.new_key', '', true);
  return v_count;
end
$_$;

COMMENT ON FUNCTION app_private.renew_sealed_rows(table_name text, ring bigint, version integer, renewed jsonb) IS 'Writes what was sealed anew with the key of that version; how many rows. A row that was written meanwhile, or that somebody is writing, is left alone.';

CREATE FUNCTION app_private.require_recent_second_factor() RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if (app_private.acting_session()).second_factor_at
    > statement_timestamp() - interval '5 minutes'
  then
    return;
  end if;
  raise exception using
    errcode = 'FL117',
    message = 'This asks for your second factor again.',
    hint = 'Give a new code, then try again within five minutes.';
end
$$;

COMMENT ON FUNCTION app_private.require_recent_second_factor() IS 'Refuses (FL117) unless the caller has given the second factor within the last five minutes.';

CREATE FUNCTION app_private.reset_second_factor_of(mail text) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_user_id bigint;
begin
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = app_private.mail_key(reset_second_factor_of.mail);
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'Nobody has that address.',
      hint = 'Check the address.';
  end if;
  perform app_private.drop_second_factor(v_user_id);
end
$$;

COMMENT ON FUNCTION app_private.reset_second_factor_of(mail text) IS 'Takes the second factor from whoever has an address, for the command line: who runs Fluence has made sure who asks.';

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

CREATE FUNCTION app_private.revoke_database_login(organization_id bigint, name text) RETURNS name
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_login_name name;
begin
  update app_private.database_logins as l
  set revoked_at = statement_timestamp()
  where l.organization_id = revoke_database_login.organization_id
    and l.name = revoke_database_login.name
    and l.revoked_at is null
  returning l.login_name into v_login_name;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such database login.',
      hint = 'Check its name.';
  end if;
  return v_login_name;
end
$$;

COMMENT ON FUNCTION app_private.revoke_database_login(organization_id bigint, name text) IS 'Ends a database login: from the next statement on it is nobody. Returns the role, whose connections the server then ends.';

CREATE FUNCTION app_private.rewrap_data_key(ring bigint, purpose app_private.key_purpose, version integer, was bytea, wrapped bytea, master_key_id text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update app_private.data_keys as k
  set wrapped = rewrap_data_key.wrapped, master_key_id = rewrap_data_key.master_key_id
  where k.ring = rewrap_data_key.ring and k.purpose = rewrap_data_key.purpose
    and k.version = rewrap_data_key.version and k.wrapped = rewrap_data_key.was;
  return found;
end
$$;

COMMENT ON FUNCTION app_private.rewrap_data_key(ring bigint, purpose app_private.key_purpose, version integer, was bytea, wrapped bytea, master_key_id text) IS 'Writes a key as another master key has wrapped it; false if somebody else just did.';

CREATE FUNCTION app_private.rings_to_renew() RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
  v_table record;
begin
  for v_table in select s.name, s.has_brand from app_private.sealed_tables as s loop
    return query execute format(
      'select k.ring
       from app_private.data_keys as k
       where k.purpose = ''seal''
       group by k.ring
       having max(k.version) > 1
         and exists (
           select from %1$s as t where %2$s = k.ring and t.key_version < max(k.version)
         )',
      v_table.name, case when v_table.has_brand then 't.brand_id' else '0' end
    );
  end loop;
end
$_$;

COMMENT ON FUNCTION app_private.rings_to_renew() IS 'Rings with rows that an older key than the newest has sealed; maybe more than once.';

CREATE FUNCTION app_private.seal_audit_log(largest integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_sort TO 'off'
    AS $$
declare
  v_last app_private.audit_seals;
  v_seal app_private.audit_seals;
  v_settled bigint;
  v_series integer;
begin
  perform pg_advisory_xact_lock(hashtext('fluence audit seals'));
  select s.* into v_last from app_private.audit_seals as s order by s.block desc limit 1;
  v_settled := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  v_series := app_private.audit_series();

  select
    count(*),
    string_agg(int8send(e.id) || e.digest, null order by e.series, e.transaction_id, e.id),
    (array_agg(e.series order by e.series desc, e.transaction_id desc, e.id desc))[1],
    (array_agg(e.transaction_id order by e.series desc, e.transaction_id desc, e.id desc))[1],
    (array_agg(e.id order by e.series desc, e.transaction_id desc, e.id desc))[1]
  into
    v_seal.row_count, v_seal.leaves, v_seal.last_series, v_seal.last_transaction_id, v_seal.last_id
  from (
    select l.series, l.transaction_id, l.id, app_private.audit_digest(l) as digest
    from app_public.audit_log as l
    where (l.series, l.transaction_id, l.id) > (
        coalesce(v_last.last_series, 0),
        coalesce(v_last.last_transaction_id, 0),
        coalesce(v_last.last_id, 0)
      )
      and (l.series < v_series or l.transaction_id < v_settled)
    order by l.series, l.transaction_id, l.id
    limit seal_audit_log.largest
  ) as e;
  if v_seal.row_count = 0 then
    return 0;
  end if;

  v_seal.block := coalesce(v_last.block, 0) + 1;
  v_seal.previous := coalesce(v_last.hash, decode(repeat('00', 32), 'hex'));
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := app_private.audit_seal_hash(v_seal);
  insert into app_private.audit_seals select v_seal.*;
  return v_seal.row_count;
end
$$;

COMMENT ON FUNCTION app_private.seal_audit_log(largest integer) IS 'Seals the next block of the audit log, of so many rows at most; how many it has. Two at once go one after the other.';

CREATE FUNCTION app_private.second_factor_begin(proof_hash app_private.digest, address_key text) RETURNS TABLE(attempt_id bigint, secret bytea, last_step bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_user_id bigint;
  v_session app_private.sessions;
  v_factor app_private.second_factors;
  v_attempt_id bigint;
begin
  select a.user_id into v_user_id
  from app_private.login_attempts as a
  where a.challenge_hash = second_factor_begin.proof_hash
    and a.created_at > clock_timestamp() - interval '5 minutes';
  if not found then
    v_session := app_private.live_session(second_factor_begin.proof_hash);
    v_user_id := v_session.user_id;
  end if;
  select f.* into v_factor
  from app_private.second_factors as f
  where f.user_id = v_user_id;
  v_attempt_id := app_private.count_attempt(
    'second_factor', app_private.key_of_account('user:' || v_user_id),
    second_factor_begin.address_key, user_id => v_user_id, session_id => v_session.id
  );
  update app_private.login_attempts as a
  set secret_hash = sha256(v_factor.secret)
  where a.id = v_attempt_id;
  return query select v_attempt_id, v_factor.secret, v_factor.last_step;
end
$$;

COMMENT ON FUNCTION app_private.second_factor_begin(proof_hash app_private.digest, address_key text) IS 'First step of giving a second factor, to one who holds a challenge or a live session (else FL102): counts the attempt, returns its id and the secret that the code must follow from (null without one). FL110 if there were too many.';

CREATE FUNCTION app_private.second_factor_confirm(attempt_id bigint, session_hash app_private.digest, step bigint, code_hashes bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_confirm.session_hash);
  v_attempt app_private.login_attempts;
begin
  v_attempt := app_private.take_attempt(
    second_factor_confirm.attempt_id, 'second_factor', second_factor_confirm.step is not null
  );
  -- The person first, as everybody who opens or ends sessions does.
  perform app_private.end_sessions(v_session.user_id, but_family_id => v_session.family_id);
  update app_private.second_factors as f
  set
    secret = f.wanted_secret, wanted_secret = null, confirmed_at = statement_timestamp(),
    last_step = second_factor_confirm.step
  where f.user_id = v_session.user_id
    and v_attempt.session_id = v_session.id
    and sha256(f.wanted_secret) = v_attempt.secret_hash;
  if not found then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Begin again.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = v_session.user_id;
  insert into app_private.recovery_codes (user_id, code_hash)
  select v_session.user_id, h.code_hash
  from unnest(second_factor_confirm.code_hashes) as h (code_hash);

  update app_private.sessions as s
  set second_factor_at = statement_timestamp()
  where s.family_id = v_session.family_id and s.revoked_at is null;
  -- Sessions that waited for it get the role that they stand on.
  update app_private.sessions as s
  set
    organization_id = m.organization_id,
    role = coalesce(w.role, m.role),
    acting_brand_id = coalesce(w.for_brand_id, case o.kind when 'brand' then o.id end)
  from app_private.sessions as waiting
  join app_public.memberships as m on m.id = waiting.membership_id
  join app_public.organizations as o on o.id = m.organization_id
  left join app_public.agency_grants as w
    on w.id = waiting.agency_grant_id and w.agency_id = m.organization_id
  where waiting.id = s.id
    and s.family_id = v_session.family_id
    and s.revoked_at is null
    and s.role is null
    and w.id is not distinct from waiting.agency_grant_id;
  perform app_private.want_mail('second-factor-changed', user_id => v_session.user_id);
end
$$;

COMMENT ON FUNCTION app_private.second_factor_confirm(attempt_id bigint, session_hash app_private.digest, step bigint, code_hashes bytea[]) IS 'Sets up the new second factor after its first code, with new recovery codes; FL114 if the code was wrong. Sessions elsewhere end; this sign-in gets the role that waited for it.';

CREATE FUNCTION app_private.second_factor_enrol(session_hash app_private.digest, secret bytea) RETURNS text
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_enrol.session_hash);
begin
  insert into app_private.second_factors as f (user_id, wanted_secret)
  values (v_session.user_id, second_factor_enrol.secret)
  on conflict (user_id) do update
  set wanted_secret = excluded.wanted_secret
  where f.secret is null
    or v_session.second_factor_at > statement_timestamp() - interval '5 minutes';
  if not found then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  return (
    select a.mail from app_private.user_accounts as a where a.user_id = v_session.user_id
  );
end
$$;

COMMENT ON FUNCTION app_private.second_factor_enrol(session_hash app_private.digest, secret bytea) IS 'Keeps the secret of a new second factor until its first code, and returns the address that it is called by in an app, if there is one. FL117: who has a factor must have given it within five minutes.';

CREATE FUNCTION app_private.second_factor_finish(attempt_id bigint, proof_hash app_private.digest, step bigint, code_hash app_private.digest, session_hash app_private.digest DEFAULT NULL::bytea, refresh_hash app_private.digest DEFAULT NULL::bytea, device text DEFAULT NULL::text) RETURNS TABLE(outcome text, session_id bigint, role text, acting_brand_id bigint, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_attempt app_private.login_attempts;
  v_challenged_at timestamptz;
  v_session app_private.sessions;
begin
  v_attempt := app_private.take_attempt(
    second_factor_finish.attempt_id, 'second_factor',
    num_nonnulls(second_factor_finish.step, second_factor_finish.code_hash) = 1
  );
  perform from app_public.users as u where u.id = v_attempt.user_id for share;
  update app_private.second_factors as f
  set last_step = second_factor_finish.step
  where f.user_id = v_attempt.user_id
    and f.last_step < second_factor_finish.step
    -- A code of the device that was replaced meanwhile opens nothing.
    and sha256(f.secret) = v_attempt.secret_hash;
  if not found then
    update app_private.recovery_codes as c
    set used_at = statement_timestamp()
    where c.user_id = v_attempt.user_id
      and c.code_hash = second_factor_finish.code_hash
      and c.used_at is null;
  end if;
  if not found then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Wait for the next code, or use a recovery code.';
  end if;

  update app_private.login_attempts as a
  set challenge_hash = null
  from app_private.user_accounts as u
  where a.challenge_hash = second_factor_finish.proof_hash
    and a.user_id = v_attempt.user_id
    and a.created_at > clock_timestamp() - interval '7 minutes'
    and u.user_id = a.user_id
    and u.password_changed_at <= a.created_at
  returning a.created_at into v_challenged_at;
  if found then
    v_session := app_private.open_person_session(
      v_attempt.user_id, null, null, null, statement_timestamp(),
      second_factor_finish.session_hash, second_factor_finish.refresh_hash,
      second_factor_finish.device
    );
    perform app_private.notice_new_device(v_session);
  else
    v_session := app_private.live_session(second_factor_finish.proof_hash);
    if v_session.user_id <> v_attempt.user_id then
      raise exception using
        errcode = 'FL102',
        message = 'You are not signed in.',
        hint = 'Sign in.';
    end if;
    update app_private.sessions as s
    set second_factor_at = statement_timestamp()
    where s.family_id = v_session.family_id and s.revoked_at is null;
  end if;
  return query
  select
    'signed_in',
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;

COMMENT ON FUNCTION app_private.second_factor_finish(attempt_id bigint, proof_hash app_private.digest, step bigint, code_hash app_private.digest, session_hash app_private.digest, refresh_hash app_private.digest, device text) IS 'Second step of giving a second factor: the time step whose code matched (null if none did), or the hash of a recovery code; each works once, else FL114. A challenge opens the session; within a session it counts as given just now.';

CREATE FUNCTION app_private.second_factor_remove(session_hash app_private.digest) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_remove.session_hash);
begin
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true) then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  if exists (
    select from app_public.memberships as m
    where m.user_id = v_session.user_id
      and m.ended_at is null
      and app_private.needs_second_factor(m.role)
  )
    -- A grant may have given such a role too.
    or exists (
      select from app_private.sessions as s
      where s.user_id = v_session.user_id
        and s.revoked_at is null
        and s.expires_at > statement_timestamp()
        and app_private.needs_second_factor(s.role)
    )
  then
    raise exception using
      errcode = 'FL118',
      message = 'Your role asks for a second factor.',
      hint = 'Set up another device instead.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = v_session.user_id;
  delete from app_private.second_factors as f where f.user_id = v_session.user_id;
  perform app_private.want_mail('second-factor-changed', user_id => v_session.user_id);
end
$$;

COMMENT ON FUNCTION app_private.second_factor_remove(session_hash app_private.digest) IS 'Takes the second factor away from a person whose roles ask for none (else FL118), and who has just given it (else FL117).';

CREATE FUNCTION app_private.second_factor_wanted(session_hash app_private.digest, address_key text) RETURNS TABLE(attempt_id bigint, secret bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_wanted.session_hash);
  v_secret bytea;
  v_attempt_id bigint;
begin
  select f.wanted_secret into v_secret
  from app_private.second_factors as f
  where f.user_id = v_session.user_id;
  v_attempt_id := app_private.count_attempt(
    'second_factor', app_private.key_of_account('user:' || v_session.user_id),
    second_factor_wanted.address_key, user_id => v_session.user_id, session_id => v_session.id
  );
  update app_private.login_attempts as a
  set secret_hash = sha256(v_secret)
  where a.id = v_attempt_id;
  return query select v_attempt_id, v_secret;
end
$$;

COMMENT ON FUNCTION app_private.second_factor_wanted(session_hash app_private.digest, address_key text) IS 'First step of confirming a new second factor: counts the attempt, returns its id and the secret that waits for its first code (null if none does).';

CREATE FUNCTION app_private.server_log_position() RETURNS TABLE(file_id text, "position" bigint, read_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  return query
  select encode(p.file_id, 'hex'), p.position, p.read_at
  from app_private.server_log_positions as p;
end
$$;

COMMENT ON FUNCTION app_private.server_log_position() IS 'How far PostgreSQL''s own log was read for refusals.';

CREATE FUNCTION app_private.set_password(user_id bigint, password_hash app_private.password_hash, but_family_id uuid DEFAULT NULL::uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- It locks the person: a sign-in with the old password waits, and then fails.
  perform app_private.end_sessions(
    set_password.user_id, but_family_id => set_password.but_family_id
  );
  update app_private.user_accounts as a
  set password_hash = set_password.password_hash, password_changed_at = clock_timestamp()
  where a.user_id = set_password.user_id;
  perform app_private.void_tokens(set_password.user_id, 'recover');
  perform app_private.want_mail('password-changed', user_id => set_password.user_id);
end
$$;

COMMENT ON FUNCTION app_private.set_password(user_id bigint, password_hash app_private.password_hash, but_family_id uuid) IS 'Gives a person another password, ends the sessions but those of one sign-in, and says so by mail.';

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

CREATE FUNCTION app_private.settle_mail(event_id bigint, mail_id bigint, failure text DEFAULT NULL::text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if not app_private.settle_event(settle_mail.event_id) then
    return false;
  end if;
  update app_private.mails as m
  set
    sent_at = coalesce(m.sent_at, statement_timestamp()),
    failure = settle_mail.failure,
    -- The address that is to be confirmed is still needed.
    address = case m.purpose when 'change' then m.address end
  where m.id = settle_mail.mail_id;
  return true;
end
$$;

COMMENT ON FUNCTION app_private.settle_mail(event_id bigint, mail_id bigint, failure text) IS 'Notes that a mail was sent, that there was nothing to send, or why it never can be. The work of the event mail.wanted; false if it was done before.';

CREATE FUNCTION app_private.stage_customers() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  create temporary table staged_customers (
    line bigint primary key,
    id bigint not null,
    channel integer,
    since date not null,
    is_account_deleted boolean not null,
    name_mask text not null,
    mail_mask text not null,
    phone_mask text not null,
    address_mask text not null,
    person_ref uuid not null,
    key_version integer not null,
    name app_private.sealed not null,
    mail app_private.sealed not null,
    phone app_private.sealed not null,
    address app_private.sealed not null,
    mail_hash app_private.keyed_hash not null,
    phone_hash app_private.keyed_hash not null,
    address_hash app_private.keyed_hash not null,
    whole_hash app_private.keyed_hash not null,
    is_alone boolean,
    field text,
    code text
  ) on commit drop;
  grant select, update (is_alone, field, code) on pg_temp.staged_customers to fluence_definer;
end
$$;

COMMENT ON FUNCTION app_private.stage_customers() IS 'Makes the table pg_temp.staged_customers, to which a batch of an import is copied, for the length of this transaction.';

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

CREATE FUNCTION app_private.sweep_sign_in() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  delete from app_private.login_attempts as a
  where a.created_at < now() - interval '1 day';
  -- Registrations that nobody can confirm any more, with their mails: nothing else refers to them.
  -- A mail that went out late is waited for; one that did not in three days is not sent any more.
  delete from app_private.registrations as r
  where r.created_at < now() - interval '3 days'
    and not exists (
      select from app_private.mails as m
      join app_private.mail_tokens as t on t.mail_id = m.id
      where m.registration_id = r.id and t.expires_at > now() - interval '1 hour'
    );
  -- Invitations that nobody can accept any more, with their addresses.
  delete from app_public.invitations as i
  where i.accepted_at is null and i.expires_at < now() - interval '30 days';
  -- Sent or not: by now its link would be over.
  delete from app_private.mails as m where m.created_at < now() - interval '30 days';
  delete from app_private.sessions as s
  where s.kind = 'person'
    and coalesce(s.revoked_at, s.expires_at) < now() - interval '90 days';
  delete from app_private.refresh_tokens as t
  where t.expires_at < now();
end
$$;

COMMENT ON FUNCTION app_private.sweep_sign_in() IS 'Forgets what signing in needs no more: attempts after a day, registrations that were not confirmed after three, mails, sent or not, and invitations after 30, sessions 90 days after their end. Once a day, by the worker.';

CREATE FUNCTION app_private.switch_session(session_hash app_private.digest, membership_id bigint, agency_grant_id bigint, new_session_hash app_private.digest, refresh_hash app_private.digest) RETURNS TABLE(outcome text, session_id bigint, role text, acting_brand_id bigint, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_old app_private.sessions := app_private.live_session(switch_session.session_hash);
  v_session app_private.sessions;
begin
  perform from app_public.users as u where u.id = v_old.user_id for share;
  -- Again: whoever held the lock may have ended it.
  v_old := app_private.live_session(switch_session.session_hash);
  v_session := app_private.open_person_session(
    v_old.user_id, switch_session.membership_id, switch_session.agency_grant_id, v_old.family_id,
    v_old.second_factor_at, switch_session.new_session_hash, switch_session.refresh_hash,
    v_old.device
  );
  return query
  select
    case when v_session.role is null then 'enrol' else 'signed_in' end,
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;

COMMENT ON FUNCTION app_private.switch_session(session_hash app_private.digest, membership_id bigint, agency_grant_id bigint, new_session_hash app_private.digest, refresh_hash app_private.digest) IS 'Opens another session of the same sign-in, for another membership or for a brand that lets the agency act; the old one stays, for the other tab. FL002 for a place that is not in own_workplaces.';

CREATE TABLE app_private.login_attempts (
    id bigint NOT NULL,
    kind app_private.attempt_kind NOT NULL,
    account_key app_private.digest NOT NULL,
    address_key text,
    user_id bigint,
    session_id bigint,
    challenge_hash app_private.digest,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    matched_at timestamp with time zone,
    secret_hash app_private.digest,
    CONSTRAINT login_attempts_address_key_length_check CHECK ((length(address_key) <= 100)),
    CONSTRAINT login_attempts_matched_when_finished_check CHECK (((matched_at IS NULL) OR (finished_at IS NOT NULL)))
);

ALTER TABLE ONLY app_private.login_attempts FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.login_attempts IS 'One row per attempt that is counted before anything is compared, for a day.';

COMMENT ON COLUMN app_private.login_attempts.id IS 'Key.';

COMMENT ON COLUMN app_private.login_attempts.kind IS 'What was tried.';

COMMENT ON COLUMN app_private.login_attempts.account_key IS 'SHA-256 of what was tried on, whether there is such an account or not.';

COMMENT ON COLUMN app_private.login_attempts.address_key IS 'Where it came from, as the server groups addresses.';

COMMENT ON COLUMN app_private.login_attempts.user_id IS 'Whom it concerns, where there is such an account.';

COMMENT ON COLUMN app_private.login_attempts.session_id IS 'The session within which it was made.';

COMMENT ON COLUMN app_private.login_attempts.challenge_hash IS 'SHA-256 of what lets the one who knew the password give the second factor.';

COMMENT ON COLUMN app_private.login_attempts.created_at IS 'When it was begun.';

COMMENT ON COLUMN app_private.login_attempts.finished_at IS 'When it was told how it went; that is possible once.';

COMMENT ON COLUMN app_private.login_attempts.matched_at IS 'When it was right: counting begins anew.';

COMMENT ON COLUMN app_private.login_attempts.secret_hash IS 'SHA-256 of the secret that the code was compared with: it must still be that one in the end.';

CREATE FUNCTION app_private.take_attempt(attempt_id bigint, kind app_private.attempt_kind, matched boolean) RETURNS app_private.login_attempts
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_attempt app_private.login_attempts;
begin
  update app_private.login_attempts as a
  set finished_at = clock_timestamp(), matched_at = clock_timestamp()
  where a.id = take_attempt.attempt_id
    and a.kind = take_attempt.kind
    and a.finished_at is null
    and a.user_id is not null
    and a.created_at > clock_timestamp() - interval '2 minutes'
    and take_attempt.matched
  returning a.* into v_attempt;
  if found then
    return v_attempt;
  end if;
  if take_attempt.kind = 'second_factor' then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Wait for the next code, or use a recovery code.';
  end if;
  raise exception using
    errcode = 'FL111',
    message = 'The mail or the password is wrong.',
    hint = 'Try again, recover the password, or first follow the link of your registration.';
end
$$;

COMMENT ON FUNCTION app_private.take_attempt(attempt_id bigint, kind app_private.attempt_kind, matched boolean) IS 'Finishes an attempt that was right: once, within two minutes. Else FL111 or FL114, and it stays counted as a wrong one.';

CREATE FUNCTION app_private.take_mail(mail_id bigint, token_hash app_private.digest) RETURNS TABLE(address text, name text, template text, locale text, organization_name text, role text, inviter text, wanted_at timestamp with time zone, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail app_private.mails;
  v_expires_at timestamptz;
begin
  select m.* into v_mail
  from app_private.mails as m
  where m.id = take_mail.mail_id and m.sent_at is null
  for update;
  if not found then
    return;
  end if;
  if v_mail.purpose is not null then
    v_expires_at := now() + app_private.token_lifetime(v_mail.purpose);
    insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
    values (take_mail.token_hash, v_mail.id, v_expires_at);
  end if;
  return query
  select
    coalesce(v_mail.address, a.mail, k.mail, r.mail)::text,
    coalesce(u.display_name, r.display_name)::text,
    v_mail.template,
    coalesce(u.locale, r.locale, 'en')::text,
    o.name,
    i.role::text,
    b.display_name::text,
    v_mail.created_at,
    v_expires_at
  from (select) as nothing
  left join app_public.users as u on u.id = v_mail.user_id
  left join app_private.user_accounts as a on a.user_id = u.id
  left join app_public.invitations as i on i.id = v_mail.invitation_id
  left join app_private.invitation_mails as k on k.invitation_id = i.id
  left join app_public.organizations as o on o.id = i.organization_id
  left join app_public.users as b on b.id = i.invited_by
  left join app_private.registrations as r on r.id = v_mail.registration_id
  where coalesce(v_mail.address, a.mail, k.mail, r.mail) is not null and i.revoked_at is null;
end
$$;

COMMENT ON FUNCTION app_private.take_mail(mail_id bigint, token_hash app_private.digest) IS 'What the worker needs to send a mail, which takes the token whose hash it brings; no row if there is nothing to send any more. It may be asked again when sending failed: with another token.';

CREATE FUNCTION app_private.take_token(token_hash app_private.digest, purposes app_private.mail_purpose[]) RETURNS app_private.mails
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_mail app_private.mails;
begin
  -- The person first, as whoever makes tokens void: else two tokens of one person wait in a circle.
  perform from app_public.users as u
  where u.id = (
    select m.user_id
    from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    where t.token_hash = take_token.token_hash
  )
  for no key update;
  update app_private.mail_tokens as t
  set used_at = statement_timestamp()
  from app_private.mails as m
  where t.token_hash = take_token.token_hash
    and t.used_at is null
    and t.expires_at > statement_timestamp()
    and m.id = t.mail_id
    and m.purpose = any (take_token.purposes)
  returning m.* into v_mail;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  -- It was right in the end.
  delete from app_private.login_attempts as a
  where a.account_key = app_private.key_of_token(take_token.token_hash);
  return v_mail;
end
$$;

COMMENT ON FUNCTION app_private.take_token(token_hash app_private.digest, purposes app_private.mail_purpose[]) IS 'Uses up the token of a mail and says which mail it was in; FL115 if it is unknown, used or over.';

CREATE FUNCTION app_private.tg__append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  raise exception using
    errcode = 'FL004',
    message = format('%I.%I takes new rows only.', TG_TABLE_SCHEMA, TG_TABLE_NAME),
    hint = 'What was noted stays. Note what is right beside it.';
end
$$;

COMMENT ON FUNCTION app_private.tg__append_only() IS 'Refuses to change, delete or empty, whoever asks: owners and superusers too.';

CREATE FUNCTION app_private.tg__audit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_key constant text[] := TG_ARGV[0];
  v_organization constant text := TG_ARGV[1];
  v_masked constant text[] := TG_ARGV[2];
  v_ignored constant text[] := TG_ARGV[3];
  v_object constant text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
  v_series constant integer := (select max(s.series) from app_private.audit_series as s);
  v_month constant text := to_char(clock_timestamp() at time zone 'UTC', 'YYYY_MM');
  v_caller record;
begin
  if to_regclass('app_private.audit_log_' || v_month) is null then
    perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  end if;
  select c.* into v_caller from app_private.audit_caller() as c;
  case TG_OP
    when 'INSERT' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, after
      )
      with rows as materialized (select to_jsonb(n) as image from new_rows as n)
      select
        v_series, nullif((r.image ->> v_organization)::bigint, 0), 'insert',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key, i.image
      from rows as r
      cross join lateral (
        select jsonb_object_agg(
          c.name, case when c.name = any (v_masked) then '"***"' else r.image -> c.name end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      cross join lateral (
        select case
          when v_masked = '{}' then r.image
          else (
            select jsonb_object_agg(
              e.key,
              case when e.key = any (v_masked) and e.value <> 'null' then '"***"' else e.value end
            )
            from jsonb_each(r.image) as e
          )
        end as image
      ) as i;
    when 'DELETE' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before
      )
      with rows as materialized (select to_jsonb(o) as image from old_rows as o)
      select
        v_series, nullif((r.image ->> v_organization)::bigint, 0), 'delete',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key, i.image
      from rows as r
      cross join lateral (
        select jsonb_object_agg(
          c.name, case when c.name = any (v_masked) then '"***"' else r.image -> c.name end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      cross join lateral (
        select case
          when v_masked = '{}' then r.image
          else (
            select jsonb_object_agg(
              e.key,
              case when e.key = any (v_masked) and e.value <> 'null' then '"***"' else e.value end
            )
            from jsonb_each(r.image) as e
          )
        end as image
      ) as i;
    when 'UPDATE' then
      -- A row whose key changed is one that went and one that came.
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before, after
      )
      with old_images as materialized (select to_jsonb(o) as image from old_rows as o),
      new_images as materialized (select to_jsonb(n) as image from new_rows as n),
      old_ones as materialized (
        select o.image, (select jsonb_agg(o.image -> c.name) from unnest(v_key) as c (name)) as key
        from old_images as o
      ),
      new_ones as materialized (
        select n.image, (select jsonb_agg(n.image -> c.name) from unnest(v_key) as c (name)) as key
        from new_images as n
      )
      select
        v_series,
        nullif((coalesce(n.image, o.image) ->> v_organization)::bigint, 0),
        case
          when o.image is null then 'insert'
          when n.image is null then 'delete'
          else 'update'
        end::app_public.audit_action,
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key,
        case when o.image is not null then d.before end,
        case when n.image is not null then d.after end
      from old_ones as o
      full join new_ones as n on n.key = o.key
      cross join lateral (
        select
          jsonb_object_agg(
            e.key,
            case
              when e.key = any (v_masked) and o.image -> e.key <> 'null' then '"***"'
              else o.image -> e.key
            end
          ) as before,
          jsonb_object_agg(
            e.key,
            case
              when e.key = any (v_masked) and n.image -> e.key <> 'null' then '"***"'
              else n.image -> e.key
            end
          ) as after
        from jsonb_each(coalesce(n.image, o.image)) as e
        where o.image is null or n.image is null
          or e.value <> o.image -> e.key or e.key = any (v_ignored)
        -- What alone is not worth an entry stands in those of other changes: as it was by then.
        having bool_or(
          o.image is null or n.image is null
          or e.value <> o.image -> e.key and e.key <> all (v_ignored)
        )
      ) as d
      cross join lateral (
        select jsonb_object_agg(
          c.name,
          case
            when c.name = any (v_masked) then '"***"'
            else coalesce(n.image, o.image) -> c.name
          end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      where d.after is not null;
    else
      insert into app_public.audit_log (
        series, action, door, user_id, session_id, login, role, request_id, object
      )
      values (
        v_series, 'truncate', v_caller.door, v_caller.user_id, v_caller.session_id,
        v_caller.login, v_caller.role, v_caller.request_id, v_object
      );
  end case;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg__audit() IS 'Writes to the audit log what a statement did to each row, and who it was. An update that changes nothing, or nothing worth an entry, writes nothing.';

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

CREATE FUNCTION app_private.tg_agency_grants__end_access() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where s.agency_grant_id = NEW.id and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where l.agency_grant_id = NEW.id and l.revoked_at is null;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_agency_grants__end_access() IS 'Ends the sessions and database logins that stand on a grant, with it.';

CREATE FUNCTION app_private.tg_customers__not_of_tomorrow() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if exists (
    select
    from (select n.brand_id, max(n.since) as since from new_rows as n group by n.brand_id) as l
    where l.since > app_private.brand_today(l.brand_id)
  ) then
    raise exception using
      errcode = 'FL301',
      message = 'A customer is known since a day that is yet to come.',
      hint = 'Give today or an earlier day.';
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_customers__not_of_tomorrow() IS 'Refuses (FL301) a day after today, by the brand''s time zone. Asked when it is written: a check constraint must not depend on the clock.';

CREATE FUNCTION app_private.tg_memberships__end_access() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where (
        s.membership_id = NEW.id
        or (s.created_by = NEW.user_id and s.organization_id = NEW.organization_id)
      )
      and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where (
        l.membership_id = NEW.id
        or (l.created_by = NEW.user_id and l.organization_id = NEW.organization_id)
      )
      and l.revoked_at is null;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_memberships__end_access() IS 'Ends with a membership the sessions and database logins that stand on it, and the API keys and database logins that this member has made and so has seen.';

CREATE FUNCTION app_private.tg_memberships__keep_an_admin() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.role = 'admin' and OLD.ended_at is null and NEW.ended_at is not null then
    perform app_private.keep_an_admin(OLD.organization_id, OLD.user_id);
  end if;
  return NEW;
end
$$;

COMMENT ON FUNCTION app_private.tg_memberships__keep_an_admin() IS 'Refuses to end the membership of the last admin.';

CREATE FUNCTION app_private.tg_memberships__revoke_invitations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.ended_at is null and NEW.ended_at is not null then
    update app_public.invitations as i
    set revoked_at = statement_timestamp()
    where i.invited_by = NEW.user_id
      and i.organization_id = NEW.organization_id
      and i.accepted_at is null
      and i.revoked_at is null;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_memberships__revoke_invitations() IS 'Takes back, with a membership, the open invitations of this member: else who is removed comes back by one of them.';

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

CREATE FUNCTION app_private.tg_users__end_access() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    update app_private.sessions as s
    set revoked_at = statement_timestamp()
    where NEW.id in (s.user_id, s.created_by) and s.revoked_at is null;
    update app_private.database_logins as l
    set revoked_at = statement_timestamp()
    where l.revoked_at is null
      and (
        l.created_by = NEW.id
        or l.membership_id in (
          select m.id from app_public.memberships as m where m.user_id = NEW.id
        )
      );
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_users__end_access() IS 'Ends the sessions and database logins of a person who is deactivated or deleted, and the API keys and database logins that this person has made.';

CREATE FUNCTION app_private.tg_users__keep_an_admin() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_organization_id bigint;
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    -- In the order of their numbers, so that two who go at once do not wait for each other.
    for v_organization_id in
      select m.organization_id
      from app_public.memberships as m
      where m.user_id = NEW.id and m.role = 'admin' and m.ended_at is null
      order by m.organization_id
    loop
      perform app_private.keep_an_admin(v_organization_id, NEW.id);
    end loop;
  end if;
  return NEW;
end
$$;

COMMENT ON FUNCTION app_private.tg_users__keep_an_admin() IS 'Refuses to deactivate or delete a person who is the last admin of an organization.';

CREATE FUNCTION app_private.tg_users__revoke_invitations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if OLD.deactivated_at is null and NEW.deactivated_at is not null
    or OLD.deleted_at is null and NEW.deleted_at is not null
  then
    update app_public.invitations as i
    set revoked_at = statement_timestamp()
    where i.invited_by = NEW.id and i.accepted_at is null and i.revoked_at is null;
  end if;
  return null;
end
$$;

COMMENT ON FUNCTION app_private.tg_users__revoke_invitations() IS 'Takes back the open invitations of a person who is deactivated or deleted.';

CREATE FUNCTION app_private.token_begin(token_hash app_private.digest, purpose app_private.mail_purpose, address_key text) RETURNS bigint
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  -- Nobody guesses a token, so it tells nothing that a void one is refused at once.
  if not exists (
    select from app_private.mail_tokens as t
    join app_private.mails as m on m.id = t.mail_id
    where t.token_hash = token_begin.token_hash
      and t.used_at is null
      and t.expires_at > statement_timestamp()
      and m.purpose = token_begin.purpose
  ) then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  return app_private.count_attempt(
    case token_begin.purpose when 'recover' then 'recovery' else 'registration' end::
      app_private.attempt_kind,
    app_private.key_of_token(token_begin.token_hash), token_begin.address_key
  );
end
$$;

COMMENT ON FUNCTION app_private.token_begin(token_hash app_private.digest, purpose app_private.mail_purpose, address_key text) IS 'First step of setting a password by the token of a mail: FL115 if that is void, so that it costs no hash; else counts the attempt and returns its id. FL110 if there were too many.';

CREATE FUNCTION app_private.token_lifetime(purpose app_private.mail_purpose) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select case token_lifetime.purpose
    when 'confirm' then interval '2 days'
    when 'recover' then interval '30 minutes'
    when 'change' then interval '1 day'
    when 'invite' then interval '7 days'
  end
$$;

COMMENT ON FUNCTION app_private.token_lifetime(purpose app_private.mail_purpose) IS 'How long the token in a mail works.';

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

CREATE TABLE app_private.database_logins (
    login_oid oid NOT NULL,
    login_name name NOT NULL,
    organization_id bigint NOT NULL,
    acting_brand_id bigint,
    role app_public.user_role_enum NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    id bigint NOT NULL,
    name app_private.database_login_name,
    membership_id bigint,
    agency_grant_id bigint,
    created_by bigint,
    expires_at timestamp with time zone,
    connection_limit integer DEFAULT 5 NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT database_logins_connection_limit_check CHECK (((connection_limit >= 1) AND (connection_limit <= 100))),
    CONSTRAINT database_logins_expiry_check CHECK ((expires_at >= created_at)),
    CONSTRAINT database_logins_no_admin_check CHECK (((role <> 'admin'::app_public.user_role_enum) OR (revoked_at IS NOT NULL)))
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

COMMENT ON COLUMN app_private.database_logins.id IS 'Number by which people name it.';

COMMENT ON COLUMN app_private.database_logins.name IS 'Name within the organization.';

COMMENT ON COLUMN app_private.database_logins.membership_id IS 'The membership of the person who holds it, where one does: it ends with that.';

COMMENT ON COLUMN app_private.database_logins.agency_grant_id IS 'The grant that it stands on, where an agency acts for a brand.';

COMMENT ON COLUMN app_private.database_logins.created_by IS 'The admin who asked for it; null from the command line.';

COMMENT ON COLUMN app_private.database_logins.expires_at IS 'When it ends by itself, if ever.';

COMMENT ON COLUMN app_private.database_logins.connection_limit IS 'How many connections it may hold at once.';

COMMENT ON COLUMN app_private.database_logins.last_used_at IS 'When it was last seen connected.';

CREATE TABLE app_public.agency_grants (
    id bigint NOT NULL,
    for_brand_id bigint NOT NULL,
    agency_id bigint NOT NULL,
    role app_public.user_role_enum NOT NULL,
    granted_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT agency_grants_role_check CHECK ((role <> ALL (ARRAY['admin'::app_public.user_role_enum, 'agency_manager'::app_public.user_role_enum, 'influencer'::app_public.user_role_enum])))
);

ALTER TABLE ONLY app_public.agency_grants FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.agency_grants IS 'One row per brand that lets an agency act for it, and the role in which, also when it is over.';

COMMENT ON COLUMN app_public.agency_grants.id IS 'Key.';

COMMENT ON COLUMN app_public.agency_grants.for_brand_id IS 'The brand that grants.';

COMMENT ON COLUMN app_public.agency_grants.agency_id IS 'The agency that may act.';

COMMENT ON COLUMN app_public.agency_grants.role IS 'The role in which its people act for the brand.';

COMMENT ON COLUMN app_public.agency_grants.granted_by IS 'Who granted it.';

COMMENT ON COLUMN app_public.agency_grants.created_at IS 'Since when.';

COMMENT ON COLUMN app_public.agency_grants.ended_at IS 'Until when, if it is over.';

CREATE TABLE app_public.memberships (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    user_id bigint NOT NULL,
    role app_public.user_role_enum NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY app_public.memberships FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.memberships IS 'One row per person, organization and role held there, also when it is over. Another role is another membership.';

COMMENT ON COLUMN app_public.memberships.id IS 'Key.';

COMMENT ON COLUMN app_public.memberships.organization_id IS 'Where.';

COMMENT ON COLUMN app_public.memberships.user_id IS 'Who.';

COMMENT ON COLUMN app_public.memberships.role IS 'In which role.';

COMMENT ON COLUMN app_public.memberships.created_at IS 'Since when.';

COMMENT ON COLUMN app_public.memberships.ended_at IS 'Until when, if it is over.';

CREATE TABLE app_public.users (
    id bigint NOT NULL,
    display_name app_public.person_name,
    locale app_public.locale_code DEFAULT 'en'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deactivated_at timestamp with time zone,
    deleted_at timestamp with time zone,
    CONSTRAINT users_deleted_have_no_name_check CHECK (((display_name IS NULL) = (deleted_at IS NOT NULL)))
);

ALTER TABLE ONLY app_public.users FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.users IS 'One row per person who can sign in. What they did stays when they go.';

COMMENT ON COLUMN app_public.users.id IS 'Key.';

COMMENT ON COLUMN app_public.users.display_name IS 'Name that others see; null once the account is deleted.';

COMMENT ON COLUMN app_public.users.locale IS 'Language of mails and pages, for example en or tr-TR.';

COMMENT ON COLUMN app_public.users.created_at IS 'When the account was made.';

COMMENT ON COLUMN app_public.users.deactivated_at IS 'Since when the person is kept out, if at all.';

COMMENT ON COLUMN app_public.users.deleted_at IS 'When the person deleted the account.';

CREATE VIEW app_private.access_holders WITH (security_invoker='true') AS
 SELECT 'membership'::text AS kind,
    format('membership:%s'::text, m.id) AS holder,
    (u.display_name)::text AS name,
    m.user_id,
    m.organization_id,
        CASE o.kind
            WHEN 'brand'::app_public.organization_kind THEN o.id
            ELSE NULL::bigint
        END AS acting_brand_id,
    m.role,
    NULL::name AS login_name,
    m.created_at AS since,
    ( SELECT max(GREATEST(s.created_at, s.last_used_at)) AS max
           FROM app_private.sessions s
          WHERE ((s.membership_id = m.id) AND (s.agency_grant_id IS NULL) AND (s.role IS NOT NULL))) AS last_used_at
   FROM ((app_public.memberships m
     JOIN app_public.users u ON ((u.id = m.user_id)))
     JOIN app_public.organizations o ON ((o.id = m.organization_id)))
  WHERE ((m.ended_at IS NULL) AND (u.deactivated_at IS NULL) AND (u.deleted_at IS NULL))
UNION ALL
 SELECT 'agency_grant'::text AS kind,
    format('agency_grant:%s:%s'::text, g.id, m.id) AS holder,
    u.display_name AS name,
    m.user_id,
    g.agency_id AS organization_id,
    g.for_brand_id AS acting_brand_id,
    g.role,
    NULL::name AS login_name,
    GREATEST(g.created_at, m.created_at) AS since,
    ( SELECT max(GREATEST(s.created_at, s.last_used_at)) AS max
           FROM app_private.sessions s
          WHERE ((s.membership_id = m.id) AND (s.agency_grant_id = g.id) AND (s.role IS NOT NULL))) AS last_used_at
   FROM ((app_public.agency_grants g
     JOIN app_public.memberships m ON (((m.organization_id = g.agency_id) AND (m.role = ANY (ARRAY['admin'::app_public.user_role_enum, 'agency_manager'::app_public.user_role_enum])))))
     JOIN app_public.users u ON ((u.id = m.user_id)))
  WHERE ((g.ended_at IS NULL) AND (m.ended_at IS NULL) AND (u.deactivated_at IS NULL) AND (u.deleted_at IS NULL))
UNION ALL
 SELECT 'api_key'::text AS kind,
    format('api_key:%s'::text, s.id) AS holder,
    s.name,
    NULL::bigint AS user_id,
    s.organization_id,
    s.acting_brand_id,
    s.role,
    NULL::name AS login_name,
    s.created_at AS since,
    s.last_used_at
   FROM app_private.sessions s
  WHERE ((s.kind = 'api_key'::app_public.session_kind) AND (s.revoked_at IS NULL) AND (s.expires_at > statement_timestamp()))
UNION ALL
 SELECT 'database_login'::text AS kind,
    format('database_login:%s'::text, l.id) AS holder,
    l.name,
    m.user_id,
    l.organization_id,
    l.acting_brand_id,
    l.role,
    l.login_name,
    l.created_at AS since,
    l.last_used_at
   FROM (app_private.database_logins l
     LEFT JOIN app_public.memberships m ON ((m.id = l.membership_id)))
  WHERE ((l.revoked_at IS NULL) AND ((l.expires_at IS NULL) OR (l.expires_at > statement_timestamp())));

COMMENT ON VIEW app_private.access_holders IS 'One row per way in that is open now: a person by a membership, or by a grant to the agency, an API key, or a database login.';

COMMENT ON COLUMN app_private.access_holders.kind IS 'membership, agency_grant, api_key or database_login.';

COMMENT ON COLUMN app_private.access_holders.holder IS 'The kind and the numbers of its rows.';

COMMENT ON COLUMN app_private.access_holders.name IS 'Name of the person, or of the key or login.';

COMMENT ON COLUMN app_private.access_holders.user_id IS 'The person, where there is one.';

COMMENT ON COLUMN app_private.access_holders.organization_id IS 'The organization it is of.';

COMMENT ON COLUMN app_private.access_holders.acting_brand_id IS 'The brand that it acts for.';

COMMENT ON COLUMN app_private.access_holders.role IS 'The role it gives.';

COMMENT ON COLUMN app_private.access_holders.login_name IS 'The role in PostgreSQL that a database login signs in as.';

COMMENT ON COLUMN app_private.access_holders.since IS 'Since when it has been open.';

COMMENT ON COLUMN app_private.access_holders.last_used_at IS 'When it was last used, as far as that is still known: sessions are forgotten 90 days after their end.';

CREATE VIEW app_private.sensitive_data WITH (security_invoker='true') AS
 SELECT d.data_class,
    d.object,
    c.name AS column_name,
    d.scope,
    d.policy,
    d.shown_to,
    d.persons_only
   FROM (( VALUES ('personal_clear'::text,'app_public.users'::text,'{display_name}'::text,'organization'::text,'select_colleagues'::text,NULL::text,false), ('personal_clear'::text,'app_public.members'::text,'{display_name}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'app_public.members'::text,'{mail}'::text,'organization'::text,NULL::text,'{admin}'::text,false), ('personal_masked'::text,'app_public.members'::text,'{mail}'::text,'organization'::text,NULL::text,'{analyst,marketing_manager,campaign_manager,product_manager,influencer_manager,finance_manager,support_agent,agency_manager,auditor}'::text,false), ('personal_clear'::text,'app_public.open_invitations'::text,'{mail}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'reporting.access_review'::text,'{holder_name}'::text,'acting'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'app_private.user_accounts'::text,'{mail,mail_key}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'app_private.invitation_mails'::text,'{mail,mail_key}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'app_private.mails'::text,'{address}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_clear'::text,'app_private.registrations'::text,'{mail,mail_key,display_name}'::text,'organization'::text,NULL::text,NULL::text,false), ('personal_masked'::text,'app_public.customers'::text,'{name_mask,mail_mask,phone_mask,address_mask}'::text,'brand'::text,NULL::text,NULL::text,false), ('personal_sealed'::text,'app_private.customer_identities'::text,'{name,mail,phone,address,mail_hash,phone_hash,address_hash,whole_hash}'::text,'brand'::text,NULL::text,NULL::text,false), ('personal_unsealed'::text,'app_public.read_person(bigint,text)'::text,'{}'::text,'brand'::text,NULL::text,NULL::text,true), ('personal_unsealed'::text,'app_public.find_customer(bytea,bytea,text)'::text,'{}'::text,'brand'::text,NULL::text,NULL::text,true), ('money'::text,'app_public.products'::text,'{product_price,cost}'::text,'brand'::text,NULL::text,NULL::text,false), ('money'::text,'reporting.category_stock'::text,'{stock_value,stock_cost}'::text,'brand'::text,NULL::text,NULL::text,false), ('money'::text,'app_hidden.category_stock_slots'::text,'{stock_value,stock_cost}'::text,'brand'::text,NULL::text,NULL::text,false), ('money'::text,'reporting.rollup_drift'::text,'{}'::text,'brand'::text,NULL::text,NULL::text,false), ('audit'::text,'app_public.audit_log'::text,'{}'::text,'acting'::text,NULL::text,NULL::text,false), ('audit'::text,'app_private.audit_seals'::text,'{}'::text,'organization'::text,NULL::text,NULL::text,false), ('access'::text,'app_public.database_logins'::text,'{}'::text,'acting'::text,NULL::text,NULL::text,false), ('access'::text,'app_public.api_keys'::text,'{}'::text,'acting'::text,NULL::text,NULL::text,false), ('access'::text,'app_public.open_invitations'::text,'{}'::text,'organization'::text,NULL::text,NULL::text,false), ('access'::text,'reporting.access_review'::text,'{}'::text,'acting'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.user_accounts'::text,'{password_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.registrations'::text,'{password_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.sessions'::text,'{session_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.second_factors'::text,'{secret,wanted_secret}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.recovery_codes'::text,'{code_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.refresh_tokens'::text,'{token_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.mail_tokens'::text,'{token_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.login_attempts'::text,'{account_key,address_key,challenge_hash,secret_hash}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.channel_key'::text,'{key}'::text,'organization'::text,NULL::text,NULL::text,false), ('secrets'::text,'app_private.data_keys'::text,'{wrapped}'::text,'brand'::text,NULL::text,NULL::text,false)) d(data_class, object, columns, scope, policy, shown_to, persons_only)
     LEFT JOIN LATERAL unnest((d.columns)::text[]) c(name) ON (true));

COMMENT ON VIEW app_private.sensitive_data IS 'One row per thing that the access review is about: a column, or a whole table, view or function, and the class of what it holds.';

COMMENT ON COLUMN app_private.sensitive_data.data_class IS 'personal_unsealed (customers in clear, each reading logged with its reason), personal_clear (names and addresses of people in the house), personal_masked, personal_sealed (ciphertext), money, audit, access (who may get in) or secrets.';

COMMENT ON COLUMN app_private.sensitive_data.object IS 'A table or view, or a function with its arguments.';

COMMENT ON COLUMN app_private.sensitive_data.column_name IS 'The column; null for any, and for a function.';

COMMENT ON COLUMN app_private.sensitive_data.scope IS 'Whose it is: of the brand that one acts for, of the own organization, or (acting) of that brand if there is one, else of the organization.';

COMMENT ON COLUMN app_private.sensitive_data.policy IS 'The policy that counts, where another one shows people only what is their own.';

COMMENT ON COLUMN app_private.sensitive_data.shown_to IS 'The roles that it is shown to like this, where a function tells them apart; else null.';

COMMENT ON COLUMN app_private.sensitive_data.persons_only IS 'Whether only a person who is signed in to the app may, no API key and no database login.';

CREATE VIEW app_private.access_rights WITH (security_invoker='true') AS
 WITH role_rights AS MATERIALIZED (
         SELECT r_1.role,
            d.data_class,
            d.scope,
            d.persons_only,
            concat_ws('.'::text, d.object, d.column_name) AS what
           FROM (app_private.sensitive_data d
             CROSS JOIN unnest(enum_range(NULL::app_public.user_role_enum)) r_1(role))
          WHERE (((d.shown_to IS NULL) OR ((r_1.role)::text = ANY ((d.shown_to)::text[]))) AND app_private.may_read((format('fluence_%s'::text, r_1.role))::name, d.object, d.column_name, d.policy))
        ), rights AS (
         SELECT
                CASE r_1.scope
                    WHEN 'brand'::text THEN h.acting_brand_id
                    WHEN 'organization'::text THEN h.organization_id
                    ELSE COALESCE(h.acting_brand_id, h.organization_id)
                END AS organization_id,
            h.holder,
            h.kind,
            h.name,
            h.user_id,
            h.role,
            h.login_name,
            h.since,
            h.last_used_at,
            r_1.data_class,
            r_1.what
           FROM (app_private.access_holders h
             JOIN role_rights r_1 ON ((r_1.role = h.role)))
          WHERE ((NOT r_1.persons_only) OR (h.kind = ANY (ARRAY['membership'::text, 'agency_grant'::text])))
        )
 SELECT r.organization_id,
    r.holder,
    r.kind AS holder_kind,
    r.name AS holder_name,
    r.user_id,
    r.role,
    COALESCE(r.login_name, 'fluence_authenticator'::name) AS login_name,
    r.data_class,
    array_agg(r.what ORDER BY (r.what COLLATE "C")) AS reads,
    r.since,
    r.last_used_at
   FROM rights r
  WHERE (r.organization_id IS NOT NULL)
  GROUP BY r.organization_id, r.holder, r.kind, r.name, r.user_id, r.role, r.login_name, r.data_class, r.since, r.last_used_at;

COMMENT ON VIEW app_private.access_rights IS 'One row per organization, way in and class of its sensitive data that this can read: reporting.access_review for all organizations.';

COMMENT ON COLUMN app_private.access_rights.organization_id IS 'Whose data.';

COMMENT ON COLUMN app_private.access_rights.holder IS 'The way in.';

COMMENT ON COLUMN app_private.access_rights.holder_kind IS 'What it is.';

COMMENT ON COLUMN app_private.access_rights.holder_name IS 'What it is called.';

COMMENT ON COLUMN app_private.access_rights.user_id IS 'The person.';

COMMENT ON COLUMN app_private.access_rights.role IS 'The role.';

COMMENT ON COLUMN app_private.access_rights.login_name IS 'The login in PostgreSQL.';

COMMENT ON COLUMN app_private.access_rights.data_class IS 'The class of data.';

COMMENT ON COLUMN app_private.access_rights.reads IS 'Where it stands.';

COMMENT ON COLUMN app_private.access_rights.since IS 'Since when.';

COMMENT ON COLUMN app_private.access_rights.last_used_at IS 'When it was last used.';

CREATE FUNCTION app_private.visible_access_rights() RETURNS SETOF app_private.access_rights
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select r.*
  from app_private.access_rights as r
  -- By a grant one sees those of the brand, and not the agency's.
  where r.organization_id = (
    select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  )
$$;

COMMENT ON FUNCTION app_private.visible_access_rights() IS 'Who can read which sensitive data of the calling admin''s or auditor''s organization.';

CREATE FUNCTION app_private.visible_api_keys() RETURNS TABLE(id bigint, name text, role app_public.user_role_enum, created_by bigint, created_at timestamp with time zone, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    s.id, s.name, s.role, s.created_by, s.created_at, s.expires_at, s.last_used_at, s.revoked_at
  from app_private.sessions as s
  where s.kind = 'api_key'
    -- By a grant one sees those of the brand, and not the agency's.
    and s.organization_id = (
      select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
    )
$$;

COMMENT ON FUNCTION app_private.visible_api_keys() IS 'The API keys of the calling admin''s organization.';

CREATE FUNCTION app_private.visible_database_logins() RETURNS TABLE(id bigint, name text, login_name text, role app_public.user_role_enum, acting_brand_id bigint, membership_id bigint, created_by bigint, created_at timestamp with time zone, expires_at timestamp with time zone, connection_limit integer, last_used_at timestamp with time zone, revoked_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    l.id, l.name, l.login_name::text, l.role, l.acting_brand_id, l.membership_id, l.created_by,
    l.created_at, l.expires_at, l.connection_limit, l.last_used_at, l.revoked_at
  from app_private.database_logins as l
  -- By a grant one sees those of the brand, and not the agency's.
  where l.organization_id = (
    select coalesce(app_public.current_brand_id(), app_public.current_organization_id())
  )
$$;

COMMENT ON FUNCTION app_private.visible_database_logins() IS 'The database logins of the calling admin''s organization.';

CREATE FUNCTION app_private.visible_invitations() RETURNS TABLE(id bigint, mail text, role app_public.user_role_enum, invited_by bigint, created_at timestamp with time zone, expires_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select i.id, k.mail::text, i.role, i.invited_by, i.created_at, i.expires_at
  from app_public.invitations as i
  join app_private.invitation_mails as k on k.invitation_id = i.id
  where i.organization_id = (select app_public.current_organization_id())
    and i.accepted_at is null
    and i.revoked_at is null
    and i.expires_at > statement_timestamp()
$$;

COMMENT ON FUNCTION app_private.visible_invitations() IS 'The open invitations of the calling admin''s organization, with the addresses.';

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

CREATE FUNCTION app_private.visible_members() RETURNS TABLE(id bigint, user_id bigint, display_name text, role app_public.user_role_enum, mail text, has_second_factor boolean, created_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    m.id, m.user_id, u.display_name::text, m.role,
    case
      when (select app_public.current_user_role()) = 'admin' then a.mail::text
      else app_private.masked_mail(a.mail)
    end,
    exists (
      select from app_private.second_factors as f
      where f.user_id = m.user_id and f.confirmed_at is not null
    ),
    m.created_at
  from app_public.memberships as m
  join app_public.users as u on u.id = m.user_id
  left join app_private.user_accounts as a on a.user_id = m.user_id
  where m.organization_id = (select app_public.current_organization_id())
    and m.ended_at is null
$$;

COMMENT ON FUNCTION app_private.visible_members() IS 'The members of the caller''s organization; their addresses are masked for all but admins.';

CREATE FUNCTION app_private.visible_sessions() RETURNS TABLE(id bigint, organization_id bigint, acting_brand_id bigint, role app_public.user_role_enum, device text, created_at timestamp with time zone, last_used_at timestamp with time zone, expires_at timestamp with time zone, second_factor_at timestamp with time zone, is_current boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    s.id, s.organization_id, s.acting_brand_id, s.role, s.device, s.created_at, s.last_used_at,
    s.expires_at, s.second_factor_at,
    s.id = (select c.id from app_private.current_session as c)
  from app_private.sessions as s
  where s.user_id = (select app_public.current_user_id())
    and s.revoked_at is null
    and s.expires_at > statement_timestamp()
$$;

COMMENT ON FUNCTION app_private.visible_sessions() IS 'The caller''s own live sessions.';

CREATE FUNCTION app_private.visible_workplaces() RETURNS TABLE(membership_id bigint, agency_grant_id bigint, organization_id bigint, organization_name text, acting_brand_id bigint, brand_name text, role app_public.user_role_enum)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select
    m.id, g.id, o.id, o.name,
    coalesce(b.id, case o.kind when 'brand' then o.id end),
    coalesce(b.name, case o.kind when 'brand' then o.name end),
    coalesce(g.role, m.role)
  from app_public.memberships as m
  join app_public.organizations as o on o.id = m.organization_id
  -- The membership itself, and for those who act for brands one more for each grant.
  cross join lateral (
    select null::bigint as id, null::bigint as for_brand_id, null::app_public.user_role_enum as role
    union all
    select a.id, a.for_brand_id, a.role
    from app_public.agency_grants as a
    where a.agency_id = m.organization_id
      and a.ended_at is null
      and m.role in ('admin', 'agency_manager')
  ) as g
  left join app_public.organizations as b on b.id = g.for_brand_id
  where m.user_id = (select app_public.current_user_id()) and m.ended_at is null
$$;

COMMENT ON FUNCTION app_private.visible_workplaces() IS 'Where the caller may work: the own memberships, and the brands that let the agency act.';

CREATE FUNCTION app_private.void_tokens(user_id bigint, purpose app_private.mail_purpose) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform from app_public.users as u where u.id = void_tokens.user_id for no key update;
  update app_private.mail_tokens as t
  set used_at = statement_timestamp()
  from app_private.mails as m
  where m.id = t.mail_id
    and m.user_id = void_tokens.user_id
    and m.purpose = void_tokens.purpose
    and t.used_at is null;
  -- Those not sent yet: they would bring a new token.
  update app_private.mails as m
  set sent_at = statement_timestamp()
  where m.user_id = void_tokens.user_id
    and m.purpose = void_tokens.purpose
    and m.sent_at is null;
end
$$;

COMMENT ON FUNCTION app_private.void_tokens(user_id bigint, purpose app_private.mail_purpose) IS 'Makes void what went out to a person, or will, for a purpose.';

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

CREATE FUNCTION app_private.want_mail(template text, user_id bigint DEFAULT NULL::bigint, purpose app_private.mail_purpose DEFAULT NULL::app_private.mail_purpose, invitation_id bigint DEFAULT NULL::bigint, address app_public.mail_address DEFAULT NULL::text, registration_id bigint DEFAULT NULL::bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_id bigint;
begin
  insert into app_private.mails as m (
    template, purpose, user_id, invitation_id, address, registration_id
  )
  values (
    want_mail.template, want_mail.purpose, want_mail.user_id, want_mail.invitation_id,
    want_mail.address, want_mail.registration_id
  )
  returning m.id into v_id;
  perform app_private.emit(
    null, 'mail.wanted', 'mail:' || v_id,
    jsonb_build_object('mail_id', v_id::text, 'template', want_mail.template)
  );
end
$$;

COMMENT ON FUNCTION app_private.want_mail(template text, user_id bigint, purpose app_private.mail_purpose, invitation_id bigint, address app_public.mail_address, registration_id bigint) IS 'Asks the worker for a mail: the event mail.wanted holds its number and template, no address and no token.';

CREATE FUNCTION app_private.watch_logins() RETURNS TABLE(login_oid oid, login_name name, role app_public.user_role_enum, is_over boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  update app_private.database_logins as l
  set revoked_at = statement_timestamp()
  where l.revoked_at is null and l.expires_at <= statement_timestamp();

  -- By OID and name: in a copy of the database on another server the OID may be anybody's.
  return query
  select l.login_oid, l.login_name, l.role, l.revoked_at is not null
  from app_private.database_logins as l
  join pg_catalog.pg_roles as r on r.oid = l.login_oid and r.rolname = l.login_name;
end
$$;

COMMENT ON FUNCTION app_private.watch_logins() IS 'Ends the logins that have expired, and returns those whose role is still there: of one that is over the server ends the connections and drops the role.';

CREATE FUNCTION app_public.change_role(membership_id bigint, role app_public.user_role_enum) RETURNS app_public.memberships
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_membership app_public.memberships;
begin
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = change_role.membership_id
    and m.organization_id = v_admin.organization_id
    and m.ended_at is null
    and m.role <> change_role.role
  returning m.* into v_membership;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no member %s with another role.', change_role.membership_id),
      hint = 'Check the id.';
  end if;
  insert into app_public.memberships as m (organization_id, user_id, role)
  values (v_membership.organization_id, v_membership.user_id, change_role.role)
  returning m.* into v_membership;
  return v_membership;
end
$$;

COMMENT ON FUNCTION app_public.change_role(membership_id bigint, role app_public.user_role_enum) IS 'Gives a member another role: that is another membership, and the sessions of the old one end. Answers with the new one. FL120 if it was the last admin.';

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

CREATE FUNCTION app_public.current_user_id() RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.user_id from app_private.current_session as c);
  end if;
  return (select c.user_id from app_private.current_login as c);
end
$$;

COMMENT ON FUNCTION app_public.current_user_id() IS 'The person who is calling, or null; an API key and a login that nobody holds are no person.';

CREATE FUNCTION app_public.current_user_role() RETURNS app_public.user_role_enum
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  if session_user = 'fluence_authenticator' then
    return (select c.role from app_private.current_session as c);
  end if;
  return (select c.role from app_private.current_login as c);
end
$$;

COMMENT ON FUNCTION app_public.current_user_role() IS 'The role that the caller acts in; null for nobody, and for a person without a role so far.';

CREATE FUNCTION app_public.deactivate_user(user_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  if not app_private.acts_for_platform() then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin of the platform can do this.',
      hint = 'An admin of an organization ends the membership instead.';
  end if;
  update app_public.users as u
  set deactivated_at = statement_timestamp()
  where u.id = deactivate_user.user_id
    and u.deactivated_at is null
    and u.deleted_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no such person: %s.', deactivate_user.user_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.deactivate_user(user_id bigint) IS 'Keeps a person out of everything, at once; for admins of the platform. What they did stays. FL120 for the last admin of an organization.';

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

COMMENT ON COLUMN app_public.products.category IS '@behavior +attribute:groupBy
Category it is reported under.';

COMMENT ON COLUMN app_public.products.product_price IS 'Price of one unit, in its currency.';

COMMENT ON COLUMN app_public.products.cost IS 'Cost of goods of one unit, in its currency; null if not known.';

COMMENT ON COLUMN app_public.products.currency IS '@behavior +attribute:groupBy
Currency of price and cost.';

COMMENT ON COLUMN app_public.products.stock_quantity IS 'Units in stock.';

COMMENT ON COLUMN app_public.products.on_sale IS 'Whether the shop offers it now.';

COMMENT ON COLUMN app_public.products.created_at IS '@behavior +orderBy +attribute:groupBy
When it was added.';

COMMENT ON COLUMN app_public.products.retired_at IS 'When it was taken out of the range for good. Retired products keep their history.';

CREATE FUNCTION app_public.delete_product(product_id bigint) RETURNS app_public.products
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_product app_public.products;
begin
  delete from app_public.products as p
  where p.brand_id = (select app_public.current_brand_id())
    and p.id = delete_product.product_id
  returning p.* into v_product;

  if v_product.id is null then
    raise exception using
      errcode = 'FL002',
      message = format('There is no product %s.', delete_product.product_id),
      hint = 'Check the id.';
  end if;
  return v_product;
end
$$;

COMMENT ON FUNCTION app_public.delete_product(product_id bigint) IS 'Deletes a product that nothing refers to; others are retired. Answers with what it was.';

CREATE FUNCTION app_public.end_agency_grant(grant_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_public.agency_grants as g
  set ended_at = statement_timestamp()
  where g.id = end_agency_grant.grant_id
    and v_admin.organization_id in (g.for_brand_id, g.agency_id)
    and g.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no grant %s.', end_agency_grant.grant_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.end_agency_grant(grant_id bigint) IS 'Ends what a brand lets an agency do, at once. The admins of both can.';

CREATE FUNCTION app_public.end_all_sessions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  perform app_private.end_sessions(v_caller.user_id);
end
$$;

COMMENT ON FUNCTION app_public.end_all_sessions() IS 'Signs the caller out everywhere, here too.';

CREATE FUNCTION app_public.end_session(session_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  update app_private.sessions as s
  set revoked_at = statement_timestamp()
  where s.id = end_session.session_id
    and s.user_id = v_caller.user_id
    and s.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no session %s.', end_session.session_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.end_session(session_id bigint) IS 'Ends one of the caller''s own sessions.';

CREATE TABLE app_public.customers (
    brand_id bigint NOT NULL,
    id bigint NOT NULL,
    source text DEFAULT 'fluence'::text NOT NULL,
    source_id text,
    name_mask text,
    mail_mask text,
    phone_mask text,
    address_mask text,
    channel integer,
    since date NOT NULL,
    is_account_deleted boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT customers_erased_check CHECK (
CASE
    WHEN (erased_at IS NULL) THEN (num_nulls(name_mask, mail_mask, phone_mask, address_mask) = 0)
    ELSE ((num_nonnulls(name_mask, mail_mask, phone_mask, address_mask) = 0) AND is_account_deleted)
END),
    CONSTRAINT customers_mask_length_check CHECK ((GREATEST(length(name_mask), length(mail_mask), length(phone_mask), length(address_mask)) <= 50)),
    CONSTRAINT customers_since_is_finite_check CHECK (((since >= '1900-01-01'::date) AND (since <= '9999-12-31'::date)))
);

ALTER TABLE ONLY app_public.customers FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.customers IS 'One row per customer of a brand, with masks in place of personal data: those are encrypted, and opened by readPerson alone.';

COMMENT ON COLUMN app_public.customers.brand_id IS 'The brand it belongs to.';

COMMENT ON COLUMN app_public.customers.id IS 'Number within the brand: the shop''s own for imported customers, from 10^12 on for ours.';

COMMENT ON COLUMN app_public.customers.source IS 'Where the row comes from: fluence, shop for the shop''s own numbers, or another system.';

COMMENT ON COLUMN app_public.customers.source_id IS 'Its key in another system; null where the number is that.';

COMMENT ON COLUMN app_public.customers.name_mask IS 'What may be seen of the name.';

COMMENT ON COLUMN app_public.customers.mail_mask IS 'What may be seen of the mail address.';

COMMENT ON COLUMN app_public.customers.phone_mask IS 'What may be seen of the phone number.';

COMMENT ON COLUMN app_public.customers.address_mask IS 'What may be seen of the address.';

COMMENT ON COLUMN app_public.customers.channel IS 'The channel by which the customer came; null if by none that is known.';

COMMENT ON COLUMN app_public.customers.since IS 'The day on which the shop came to know the customer, in the brand''s time zone.';

COMMENT ON COLUMN app_public.customers.is_account_deleted IS 'Whether the customer has closed the account with the shop.';

COMMENT ON COLUMN app_public.customers.created_at IS 'When the row was added.';

COMMENT ON COLUMN app_public.customers.erased_at IS 'When the identity was erased. The row stays, for the sales that refer to it.';

CREATE FUNCTION app_public.erase_customer(customer_id bigint, reason text) RETURNS app_public.customers
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller constant app_private.current_session
    := app_private.acting_reader(erase_customer.reason);
  v_customer app_public.customers;
begin
  perform app_private.require_recent_second_factor();
  select c.* into v_customer
  from app_public.customers as c
  where c.brand_id = v_caller.acting_brand_id and c.id = erase_customer.customer_id
  for update;
  if v_customer.id is null then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such customer.',
      hint = 'Check the id.';
  end if;
  if v_customer.erased_at is not null then
    raise exception using
      errcode = 'FL302',
      message = format('The identity of customer %s was erased before.', v_customer.id);
  end if;

  insert into app_public.erasure_requests (brand_id, customer_id, requested_by, reason)
  values (
    v_customer.brand_id, v_customer.id, v_caller.user_id, btrim(erase_customer.reason)
  );
  -- Each room forgets its part. A room that comes to know something about customers adds a line.
  perform app_private.forget_customer(v_customer.brand_id, v_customer.id);

  select c.* into v_customer
  from app_public.customers as c
  where c.brand_id = v_customer.brand_id and c.id = v_customer.id;
  return v_customer;
end
$$;

COMMENT ON FUNCTION app_public.erase_customer(customer_id bigint, reason text) IS 'Erases who a customer is, for good; the number and the sales stay. For admins who have just given their second factor. Answers with what is left. Copies in backups go when those expire.';

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

CREATE FUNCTION app_public.find_customer(mail_hash bytea, phone_hash bytea, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller constant app_private.current_session := app_private.acting_reader(find_customer.reason);
  v_customer_id bigint;
begin
  v_customer_id := coalesce(
    (
      select i.customer_id
      from app_private.customer_identities as i
      where i.brand_id = v_caller.acting_brand_id and i.mail_hash = find_customer.mail_hash
    ),
    (
      select i.customer_id
      from app_private.customer_identities as i
      where i.brand_id = v_caller.acting_brand_id and i.phone_hash = find_customer.phone_hash
    )
  );
  perform app_private.note_in_audit(
    'read',
    v_caller.acting_brand_id,
    'app_public.find_customer',
    jsonb_build_object('brand_id', v_caller.acting_brand_id, 'customer_id', v_customer_id),
    btrim(find_customer.reason)
  );
  return v_customer_id;
end
$$;

COMMENT ON FUNCTION app_public.find_customer(mail_hash bytea, phone_hash bytea, reason text) IS '@behavior -*
The customer of the brand who has a mail or a phone, by its keyed hash, which the server makes for the mutation findCustomer; or null. Written to the audit log like reading.';

CREATE FUNCTION app_public.grant_agency(agency_slug text, role app_public.user_role_enum) RETURNS app_public.agency_grants
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_agency_id bigint;
  v_grant app_public.agency_grants;
begin
  if v_admin.acting_brand_id is null then
    raise exception using
      errcode = 'FL001',
      message = 'You do not act for a brand.',
      hint = 'Only a brand lets an agency act for it.';
  end if;
  if grant_agency.role in ('admin', 'agency_manager', 'influencer') then
    raise exception using
      errcode = 'FL122',
      message = format('An agency cannot get the role %s.', grant_agency.role),
      hint = 'Choose another role.';
  end if;
  select o.id into v_agency_id
  from app_public.organizations as o
  where o.slug = grant_agency.agency_slug and o.kind = 'agency';
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such agency.',
      hint = 'Check its short name.';
  end if;
  update app_public.agency_grants as g
  set ended_at = statement_timestamp()
  where g.for_brand_id = v_admin.organization_id
    and g.agency_id = v_agency_id
    and g.ended_at is null;
  insert into app_public.agency_grants as g (for_brand_id, agency_id, role, granted_by)
  values (v_admin.organization_id, v_agency_id, grant_agency.role, v_admin.user_id)
  returning g.* into v_grant;
  return v_grant;
end
$$;

COMMENT ON FUNCTION app_public.grant_agency(agency_slug text, role app_public.user_role_enum) IS 'Lets an agency act for the brand in one role; an earlier grant to it ends. Answers with the grant; FL002 for a short name that is no agency''s, whether something else has it or nothing.';

CREATE TABLE app_public.invitations (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    role app_public.user_role_enum NOT NULL,
    invited_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    accepted_by bigint,
    revoked_at timestamp with time zone,
    CONSTRAINT invitations_accepted_by_somebody_check CHECK (((accepted_at IS NULL) = (accepted_by IS NULL))),
    CONSTRAINT invitations_accepted_or_revoked_check CHECK ((num_nonnulls(accepted_at, revoked_at) <= 1))
);

ALTER TABLE ONLY app_public.invitations FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.invitations IS 'One row per invitation into an organization, also when it is accepted, revoked or over.';

COMMENT ON COLUMN app_public.invitations.id IS 'Key.';

COMMENT ON COLUMN app_public.invitations.organization_id IS 'Into which organization.';

COMMENT ON COLUMN app_public.invitations.role IS 'The role that accepting it gives.';

COMMENT ON COLUMN app_public.invitations.invited_by IS 'Who invited.';

COMMENT ON COLUMN app_public.invitations.created_at IS 'When.';

COMMENT ON COLUMN app_public.invitations.expires_at IS 'Until when it can be accepted.';

COMMENT ON COLUMN app_public.invitations.accepted_at IS 'When it was accepted.';

COMMENT ON COLUMN app_public.invitations.accepted_by IS 'Who accepted it.';

COMMENT ON COLUMN app_public.invitations.revoked_at IS 'When it was taken back.';

CREATE FUNCTION app_public.invite(mail app_public.mail_address, role app_public.user_role_enum) RETURNS app_public.invitations
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_mail_key text := app_private.mail_key(invite.mail);
  v_invitation app_public.invitations;
begin
  perform app_private.count_attempt(
    'invitation', app_private.key_of_account('organization:' || v_admin.organization_id), null
  );
  if exists (
    select from app_private.user_accounts as a
    join app_public.memberships as m on m.user_id = a.user_id
    where a.mail_key = v_mail_key
      and m.organization_id = v_admin.organization_id
      and m.ended_at is null
  ) then
    raise exception using
      errcode = 'FL121',
      message = 'This person is a member already.',
      hint = 'Change the role instead.';
  end if;
  update app_public.invitations as i
  set revoked_at = statement_timestamp()
  from app_private.invitation_mails as k
  where k.invitation_id = i.id
    and k.mail_key = v_mail_key
    and i.organization_id = v_admin.organization_id
    and i.accepted_at is null
    and i.revoked_at is null;
  insert into app_public.invitations as i (organization_id, role, invited_by, expires_at)
  values (
    v_admin.organization_id, invite.role, v_admin.user_id,
    now() + app_private.token_lifetime('invite')
  )
  returning i.* into v_invitation;
  insert into app_private.invitation_mails (invitation_id, mail, mail_key)
  values (v_invitation.id, invite.mail, v_mail_key);
  perform app_private.want_mail(
    'invitation', purpose => 'invite', invitation_id => v_invitation.id
  );
  return v_invitation;
end
$$;

COMMENT ON FUNCTION app_public.invite(mail app_public.mail_address, role app_public.user_role_enum) IS 'Invites somebody by mail into the organization of the calling admin, in a role; an earlier invitation to that address is taken back. It does not tell whether the address is known elsewhere. FL121 for a member.';

CREATE FUNCTION app_public.leave_organization() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller app_private.current_session := app_private.acting_session();
begin
  -- The organization first, as acting_admin() does.
  perform from app_public.organizations as o
  where o.id = v_caller.organization_id
  for no key update;
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = v_caller.membership_id
    -- Not while the session waits for its second factor.
    and m.organization_id = v_caller.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'You are in no organization.',
      hint = 'Sign in for the one that you want to leave.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.leave_organization() IS 'Ends the membership that the caller acts by. FL120 for the last admin.';

CREATE FUNCTION app_public.reactivate_user(user_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  if not app_private.acts_for_platform() then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin of the platform can do this.',
      hint = 'An admin of an organization ends the membership instead.';
  end if;
  update app_public.users as u
  set deactivated_at = null
  where u.id = reactivate_user.user_id
    and u.deactivated_at is not null
    and u.deleted_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no such person: %s.', reactivate_user.user_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.reactivate_user(user_id bigint) IS 'Lets a person in again; for admins of the platform. The memberships are as they were.';

CREATE FUNCTION app_public.read_person(customer_id bigint, reason text) RETURNS TABLE(person_ref uuid, key_version integer, wrapped bytea, master_key_id text, name bytea, mail bytea, phone bytea, address bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_caller constant app_private.current_session := app_private.acting_reader(read_person.reason);
  v_erased_at timestamptz;
begin
  select c.erased_at into v_erased_at
  from app_public.customers as c
  where c.brand_id = v_caller.acting_brand_id and c.id = read_person.customer_id;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'There is no such customer.',
      hint = 'Check the id.';
  end if;
  if v_erased_at is not null then
    raise exception using
      errcode = 'FL302',
      message = format('The identity of customer %s was erased.', read_person.customer_id);
  end if;

  perform app_private.note_in_audit(
    'read',
    v_caller.acting_brand_id,
    'app_private.customer_identities',
    jsonb_build_object(
      'brand_id', v_caller.acting_brand_id, 'customer_id', read_person.customer_id
    ),
    btrim(read_person.reason)
  );
  -- Values and key as one statement sees them: a rotation comes before both or after both.
  return query
  select
    i.person_ref, i.key_version, k.wrapped, k.master_key_id, i.name::bytea, i.mail::bytea,
    i.phone::bytea, i.address::bytea
  from app_private.customer_identities as i
  join app_private.data_keys as k
    on k.ring = i.brand_id and k.purpose = 'seal' and k.version = i.key_version
  where i.brand_id = v_caller.acting_brand_id and i.customer_id = read_person.customer_id;
end
$$;

COMMENT ON FUNCTION app_public.read_person(customer_id bigint, reason text) IS '@behavior -*
Who a customer is, sealed, with the key to it, which is itself wrapped: the server opens it for the mutation readPerson. The only way to personal data of customers, written to the audit log with who, when and why. FL302 if it was erased.';

CREATE FUNCTION app_public.remove_member(membership_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_public.memberships as m
  set ended_at = statement_timestamp()
  where m.id = remove_member.membership_id
    and m.organization_id = v_admin.organization_id
    and m.ended_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no member %s.', remove_member.membership_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.remove_member(membership_id bigint) IS 'Ends a membership, and with it all access that it gave, with the API keys, database logins and open invitations that this member made. FL120 for the last admin.';

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

CREATE FUNCTION app_public.require_reader(reason text) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
  perform app_private.acting_reader(require_reader.reason);
end
$$;

COMMENT ON FUNCTION app_public.require_reader(reason text) IS '@behavior -*
Refuses whoever may not open personal data, or does not say why. The server asks before it looks at what is to be found, or touches a key. FL102, FL103, FL001 or FL303.';

CREATE FUNCTION app_public.reset_second_factor(user_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  if not app_private.acts_for_platform() then
    raise exception using
      errcode = 'FL103',
      message = 'Only an admin of the platform can do this.',
      hint = 'The person may work for others too; ask whoever runs Fluence.';
  end if;
  perform app_private.require_recent_second_factor();
  if v_admin.user_id = reset_second_factor.user_id then
    raise exception using
      errcode = 'FL118',
      message = 'Your role asks for a second factor.',
      hint = 'Set up another device instead.';
  end if;
  perform app_private.drop_second_factor(reset_second_factor.user_id);
end
$$;

COMMENT ON FUNCTION app_public.reset_second_factor(user_id bigint) IS 'Takes the second factor from a person who has lost device and recovery codes, ends all sessions and says so by mail; for admins of the platform who have just given theirs (else FL117), and not for themselves (FL118).';

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

CREATE FUNCTION app_public.revoke_api_key(key_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_private.sessions as s
  set revoked_at = statement_timestamp()
  where s.id = revoke_api_key.key_id
    and s.kind = 'api_key'
    and s.organization_id = v_admin.organization_id
    and s.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no API key %s.', revoke_api_key.key_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.revoke_api_key(key_id bigint) IS 'Ends an API key of the organization at once.';

CREATE FUNCTION app_public.revoke_invitation(invitation_id bigint) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
begin
  update app_public.invitations as i
  set revoked_at = statement_timestamp()
  where i.id = revoke_invitation.invitation_id
    and i.organization_id = v_admin.organization_id
    and i.accepted_at is null
    and i.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = format('There is no open invitation %s.', revoke_invitation.invitation_id),
      hint = 'Check the id.';
  end if;
end
$$;

COMMENT ON FUNCTION app_public.revoke_invitation(invitation_id bigint) IS 'Takes an invitation back that was not accepted yet.';

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

CREATE VIEW app_private.attempt_limits WITH (security_invoker='true') AS
 SELECT l.kind,
    l.free,
    l.first_wait,
    l.longest_wait,
    l.per_address
   FROM ( VALUES ('password'::app_private.attempt_kind,5,'00:00:05'::interval,'00:15:00'::interval,100), ('second_factor'::app_private.attempt_kind,5,'00:00:30'::interval,'01:00:00'::interval,100), ('registration'::app_private.attempt_kind,3,'00:01:00'::interval,'01:00:00'::interval,20), ('recovery'::app_private.attempt_kind,3,'00:01:00'::interval,'01:00:00'::interval,20), ('invitation'::app_private.attempt_kind,100,'00:01:00'::interval,'01:00:00'::interval,NULL::integer)) l(kind, free, first_wait, longest_wait, per_address);

COMMENT ON VIEW app_private.attempt_limits IS 'One row per kind of attempt: how many may be made before one has to wait.';

COMMENT ON COLUMN app_private.attempt_limits.kind IS 'What is tried.';

COMMENT ON COLUMN app_private.attempt_limits.free IS 'How many attempts on an account need not wait, since the last one that was right, in a day.';

COMMENT ON COLUMN app_private.attempt_limits.first_wait IS 'How long the next one waits; each further one twice as long.';

COMMENT ON COLUMN app_private.attempt_limits.longest_wait IS 'How long one waits at most.';

COMMENT ON COLUMN app_private.attempt_limits.per_address IS 'How many that were not right may come from one address in 15 minutes.';

CREATE TABLE app_private.audit_series (
    series integer NOT NULL,
    cluster_id bigint NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_series_series_check CHECK ((series > 0))
);

ALTER TABLE ONLY app_private.audit_series FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.audit_series IS 'One row per cluster that the audit log was written in, in turn: numbers of transactions are a cluster''s own. The last is the current one.';

COMMENT ON COLUMN app_private.audit_series.series IS 'Its number: 1, 2, 3.';

COMMENT ON COLUMN app_private.audit_series.cluster_id IS 'The cluster, by the number that PostgreSQL gave it when it was made.';

COMMENT ON COLUMN app_private.audit_series.opened_at IS 'When it was found to be another one.';

CREATE TABLE app_private.channel_key (
    is_only_row boolean DEFAULT true NOT NULL,
    key uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT channel_key_has_one_row_check CHECK (is_only_row)
);

ALTER TABLE ONLY app_private.channel_key FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.channel_key IS 'One row: the secret that makes the names of notification channels impossible to guess.';

COMMENT ON COLUMN app_private.channel_key.is_only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN app_private.channel_key.key IS 'The secret, made with the database.';

CREATE VIEW app_private.current_login WITH (security_invoker='true') AS
 SELECT ( SELECT m.user_id
           FROM app_public.memberships m
          WHERE (m.id = l.membership_id)) AS user_id,
    l.organization_id,
    l.acting_brand_id,
    l.role
   FROM app_private.database_logins l
  WHERE ((SESSION_USER <> 'fluence_authenticator'::name) AND (l.login_oid = ( SELECT r.oid
           FROM pg_roles r
          WHERE (r.rolname = SESSION_USER))) AND (l.revoked_at IS NULL) AND ((l.expires_at IS NULL) OR (l.expires_at > statement_timestamp())));

COMMENT ON VIEW app_private.current_login IS 'One row if a bound database login is calling, else none: organization, brand, role.';

COMMENT ON COLUMN app_private.current_login.user_id IS 'The person who holds the login, where one does.';

COMMENT ON COLUMN app_private.current_login.organization_id IS 'The organization of the caller.';

COMMENT ON COLUMN app_private.current_login.acting_brand_id IS 'The brand the caller acts for: the organization itself, or one that let its agency act.';

COMMENT ON COLUMN app_private.current_login.role IS 'The role the caller acts in.';

CREATE TABLE app_private.customer_identities (
    brand_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    person_ref uuid NOT NULL,
    key_version integer NOT NULL,
    name app_private.sealed NOT NULL,
    mail app_private.sealed NOT NULL,
    phone app_private.sealed NOT NULL,
    address app_private.sealed NOT NULL,
    mail_hash app_private.keyed_hash NOT NULL,
    phone_hash app_private.keyed_hash NOT NULL,
    address_hash app_private.keyed_hash NOT NULL,
    whole_hash app_private.keyed_hash NOT NULL,
    CONSTRAINT customer_identities_key_version_check CHECK ((key_version > 0))
);

ALTER TABLE ONLY app_private.customer_identities FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.customer_identities IS 'One row per customer whose identity is known: who it is, encrypted by the server, with keyed hashes to find and compare by. Nobody reads it but through read_person.';

COMMENT ON COLUMN app_private.customer_identities.brand_id IS 'The brand, whose keys these are.';

COMMENT ON COLUMN app_private.customer_identities.customer_id IS 'The customer.';

COMMENT ON COLUMN app_private.customer_identities.person_ref IS 'Bound into each ciphertext and new whenever they are: an older one does not fit.';

COMMENT ON COLUMN app_private.customer_identities.key_version IS 'Version of the brand''s data key that they are sealed with.';

COMMENT ON COLUMN app_private.customer_identities.name IS 'Name, at most 50 characters.';

COMMENT ON COLUMN app_private.customer_identities.mail IS 'Mail address.';

COMMENT ON COLUMN app_private.customer_identities.phone IS 'Phone number, at most 15 characters.';

COMMENT ON COLUMN app_private.customer_identities.address IS 'Postal address.';

COMMENT ON COLUMN app_private.customer_identities.mail_hash IS 'Keyed hash of the address in its normal form.';

COMMENT ON COLUMN app_private.customer_identities.phone_hash IS 'Keyed hash of the number in its normal form.';

COMMENT ON COLUMN app_private.customer_identities.address_hash IS 'Keyed hash of the address in its normal form. People may share one.';

COMMENT ON COLUMN app_private.customer_identities.whole_hash IS 'Keyed hash of all four as they were given: tells that nothing changed without opening them.';

CREATE TABLE app_private.data_keys (
    ring bigint NOT NULL,
    purpose app_private.key_purpose NOT NULL,
    version integer NOT NULL,
    wrapped bytea NOT NULL,
    master_key_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT data_keys_master_key_id_check CHECK ((master_key_id ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT data_keys_ring_check CHECK ((ring >= 0)),
    CONSTRAINT data_keys_version_check CHECK (((version > 0) AND ((purpose = 'seal'::app_private.key_purpose) OR (version = 1)))),
    CONSTRAINT data_keys_wrapped_length_check CHECK ((octet_length(wrapped) = 61))
);

ALTER TABLE ONLY app_private.data_keys FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.data_keys IS 'One row per key that personal data are encrypted or hashed with, itself encrypted with the master key, which is never in the database.';

COMMENT ON COLUMN app_private.data_keys.ring IS 'The brand whose key it is; 0 is the house''s, for what belongs to no brand.';

COMMENT ON COLUMN app_private.data_keys.purpose IS 'What it is for.';

COMMENT ON COLUMN app_private.data_keys.version IS 'The highest seals what is written now; each opens what it has sealed.';

COMMENT ON COLUMN app_private.data_keys.wrapped IS 'The key, encrypted with the master key.';

COMMENT ON COLUMN app_private.data_keys.master_key_id IS 'Which master key that is.';

COMMENT ON COLUMN app_private.data_keys.created_at IS 'When it was made.';

ALTER TABLE app_private.database_logins ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_private.database_logins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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

CREATE UNLOGGED TABLE app_private.import_keys (
    brand_id bigint NOT NULL,
    run_id bigint NOT NULL,
    key text NOT NULL,
    line bigint NOT NULL
);

ALTER TABLE ONLY app_private.import_keys FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.import_keys IS 'One row per key that a run at work has read: so a key that comes twice in one file is told, however long the file is. Empty where no import is at work.';

COMMENT ON COLUMN app_private.import_keys.brand_id IS 'The brand of the run.';

COMMENT ON COLUMN app_private.import_keys.run_id IS 'The run.';

COMMENT ON COLUMN app_private.import_keys.key IS 'The key of the row, as text.';

COMMENT ON COLUMN app_private.import_keys.line IS 'Line on which it stood.';

CREATE TABLE app_private.invitation_mails (
    invitation_id bigint NOT NULL,
    mail app_public.mail_address NOT NULL,
    mail_key text NOT NULL
);

ALTER TABLE ONLY app_private.invitation_mails FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.invitation_mails IS 'One row per invitation: where it was sent.';

COMMENT ON COLUMN app_private.invitation_mails.invitation_id IS 'The invitation.';

COMMENT ON COLUMN app_private.invitation_mails.mail IS 'Address as the admin wrote it.';

COMMENT ON COLUMN app_private.invitation_mails.mail_key IS 'The address in the form in which accounts are looked up.';

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

ALTER TABLE app_private.login_attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_private.login_attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE app_private.mail_tokens (
    token_hash app_private.digest NOT NULL,
    mail_id bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY app_private.mail_tokens FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.mail_tokens IS 'One row per token that went out in a mail; made when it is sent, and good for one use.';

COMMENT ON COLUMN app_private.mail_tokens.token_hash IS 'SHA-256 of the token.';

COMMENT ON COLUMN app_private.mail_tokens.mail_id IS 'The mail that it is in, which says for what and whom it is.';

COMMENT ON COLUMN app_private.mail_tokens.expires_at IS 'Until when it works.';

COMMENT ON COLUMN app_private.mail_tokens.used_at IS 'When it was used, or made void.';

ALTER TABLE app_private.mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_private.mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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

CREATE TABLE app_private.recovery_codes (
    user_id bigint NOT NULL,
    code_hash app_private.digest NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY app_private.recovery_codes FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.recovery_codes IS 'One row per recovery code of a person; it stands in for a code of the second factor, once.';

COMMENT ON COLUMN app_private.recovery_codes.user_id IS 'The person.';

COMMENT ON COLUMN app_private.recovery_codes.code_hash IS 'SHA-256 of the code.';

COMMENT ON COLUMN app_private.recovery_codes.used_at IS 'When it was used up.';

CREATE TABLE app_private.refresh_tokens (
    token_hash app_private.digest NOT NULL,
    session_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY app_private.refresh_tokens FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.refresh_tokens IS 'One row per refresh token: it prolongs its session once, and is followed by another.';

COMMENT ON COLUMN app_private.refresh_tokens.token_hash IS 'SHA-256 of the token.';

COMMENT ON COLUMN app_private.refresh_tokens.session_id IS 'The session that it prolongs.';

COMMENT ON COLUMN app_private.refresh_tokens.created_at IS 'When it was given out.';

COMMENT ON COLUMN app_private.refresh_tokens.expires_at IS 'When it ends by itself.';

COMMENT ON COLUMN app_private.refresh_tokens.used_at IS 'When it was used first. Used again later, it ends the whole sign-in.';

CREATE TABLE app_private.registrations (
    id bigint NOT NULL,
    mail app_public.mail_address NOT NULL,
    mail_key text NOT NULL,
    display_name app_public.person_name NOT NULL,
    locale app_public.locale_code NOT NULL,
    password_hash app_private.password_hash NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY app_private.registrations FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.registrations IS 'One row per registration whose address waits to be confirmed: what the token of its own mail makes an account of, and no other.';

COMMENT ON COLUMN app_private.registrations.id IS 'Key.';

COMMENT ON COLUMN app_private.registrations.mail IS 'Address as the person writes it.';

COMMENT ON COLUMN app_private.registrations.mail_key IS 'The address in the form in which accounts are looked up. Several may wait for one address.';

COMMENT ON COLUMN app_private.registrations.display_name IS 'Name that the account will have.';

COMMENT ON COLUMN app_private.registrations.locale IS 'Language that it will have.';

COMMENT ON COLUMN app_private.registrations.password_hash IS 'Password that it will have, by bcrypt.';

COMMENT ON COLUMN app_private.registrations.created_at IS 'When it was made.';

ALTER TABLE app_private.registrations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_private.registrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_private.sealed_tables WITH (security_invoker='true') AS
 SELECT format('%I.%I'::text, n.nspname, c.relname) AS name,
    (c.relname)::text AS kind,
    array_agg((a.attname)::text ORDER BY a.attnum) AS columns,
    (EXISTS ( SELECT
           FROM pg_attribute b
          WHERE ((b.attrelid = c.oid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped)))) AS has_brand
   FROM ((pg_attribute a
     JOIN pg_class c ON ((c.oid = a.attrelid)))
     JOIN pg_namespace n ON ((n.oid = c.relnamespace)))
  WHERE ((a.atttypid = ('app_private.sealed'::regtype)::oid) AND (a.attnum > 0) AND (NOT a.attisdropped) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (NOT c.relispartition) AND (c.relpersistence <> 't'::"char"))
  GROUP BY n.nspname, c.relname, c.oid;

COMMENT ON VIEW app_private.sealed_tables IS 'One row per table with sealed columns, read off the catalogue: the rotation of keys knows no table by its name.';

COMMENT ON COLUMN app_private.sealed_tables.name IS 'The table, with its schema, quoted.';

COMMENT ON COLUMN app_private.sealed_tables.kind IS 'Its bare name: with the column''s behind a dot, what each value is bound to.';

COMMENT ON COLUMN app_private.sealed_tables.columns IS 'Its sealed columns.';

COMMENT ON COLUMN app_private.sealed_tables.has_brand IS 'Whether brand_id is the ring of a row; without one the ring is 0.';

CREATE TABLE app_private.second_factors (
    user_id bigint NOT NULL,
    secret bytea,
    confirmed_at timestamp with time zone,
    last_step bigint,
    wanted_secret bytea,
    CONSTRAINT second_factors_confirmed_check CHECK ((((secret IS NULL) = (confirmed_at IS NULL)) AND ((secret IS NULL) = (last_step IS NULL)))),
    CONSTRAINT second_factors_secret_length_check CHECK ((((octet_length(secret) >= 16) AND (octet_length(secret) <= 1000)) AND ((octet_length(wanted_secret) >= 16) AND (octet_length(wanted_secret) <= 1000))))
);

ALTER TABLE ONLY app_private.second_factors FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.second_factors IS 'One row per person who has or wants a second factor: codes by time (TOTP).';

COMMENT ON COLUMN app_private.second_factors.user_id IS 'The person.';

COMMENT ON COLUMN app_private.second_factors.secret IS 'Secret that the codes follow from.';

COMMENT ON COLUMN app_private.second_factors.confirmed_at IS 'When the first code of it was right.';

COMMENT ON COLUMN app_private.second_factors.last_step IS 'The latest time step whose code was taken: a code works once.';

COMMENT ON COLUMN app_private.second_factors.wanted_secret IS 'Secret that waits for its first code.';

CREATE TABLE app_private.server_log_positions (
    is_only_row boolean DEFAULT true NOT NULL,
    file_id app_private.digest NOT NULL,
    "position" bigint NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT server_log_positions_has_one_row_check CHECK (is_only_row),
    CONSTRAINT server_log_positions_position_check CHECK (("position" >= 0))
);

ALTER TABLE ONLY app_private.server_log_positions FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.server_log_positions IS 'How far PostgreSQL''s own log was read for refusals of database logins. One row, or none.';

COMMENT ON COLUMN app_private.server_log_positions.is_only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN app_private.server_log_positions.file_id IS 'The file, by SHA-256 of its first line: names come again every week.';

COMMENT ON COLUMN app_private.server_log_positions."position" IS 'How many bytes of it were read.';

COMMENT ON COLUMN app_private.server_log_positions.read_at IS 'When they were read.';

ALTER TABLE app_private.sessions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_private.sessions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE app_private.user_accounts (
    user_id bigint NOT NULL,
    mail app_public.mail_address NOT NULL,
    mail_key text NOT NULL,
    password_hash app_private.password_hash NOT NULL,
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY app_private.user_accounts FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_private.user_accounts IS 'One row per person who can sign in: a mail that was confirmed, and a password.';

COMMENT ON COLUMN app_private.user_accounts.user_id IS 'The person.';

COMMENT ON COLUMN app_private.user_accounts.mail IS 'Address as the person writes it.';

COMMENT ON COLUMN app_private.user_accounts.mail_key IS 'The address in the one form in which it is unique and looked up.';

COMMENT ON COLUMN app_private.user_accounts.password_hash IS 'Password, by bcrypt.';

COMMENT ON COLUMN app_private.user_accounts.password_changed_at IS 'When it was set.';

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

ALTER TABLE app_public.agency_grants ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.agency_grants_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.api_keys WITH (security_invoker='true') AS
 SELECT v.id,
    v.name,
    v.role,
    v.created_by,
    v.created_at,
    v.expires_at,
    v.last_used_at,
    v.revoked_at
   FROM app_private.visible_api_keys() v(id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at);

COMMENT ON VIEW app_public.api_keys IS '@primaryKey id
One row per API key of the organization, also when it is over.';

COMMENT ON COLUMN app_public.api_keys.id IS 'Number by which revoke_api_key() ends it.';

COMMENT ON COLUMN app_public.api_keys.name IS 'What it is for.';

COMMENT ON COLUMN app_public.api_keys.role IS 'Role that it acts in.';

COMMENT ON COLUMN app_public.api_keys.created_by IS 'Who made it.';

COMMENT ON COLUMN app_public.api_keys.created_at IS 'When.';

COMMENT ON COLUMN app_public.api_keys.expires_at IS 'When it ends by itself.';

COMMENT ON COLUMN app_public.api_keys.last_used_at IS 'When it was used last, to the minute.';

COMMENT ON COLUMN app_public.api_keys.revoked_at IS 'When it was ended before that.';

ALTER TABLE app_public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE app_public.channels (
    brand_id bigint NOT NULL,
    code integer NOT NULL,
    title text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT channels_code_check CHECK ((code >= 0)),
    CONSTRAINT channels_title_length_check CHECK (((length(btrim(title)) > 0) AND (length(title) <= 100)))
);

ALTER TABLE ONLY app_public.channels FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.channels IS 'One row per way in which customers come to a brand, by the number that the shop gives it.';

COMMENT ON COLUMN app_public.channels.brand_id IS 'The brand.';

COMMENT ON COLUMN app_public.channels.code IS 'The shop''s number of the channel. None at all is null where a channel is named, never -1.';

COMMENT ON COLUMN app_public.channels.title IS 'Its name; one that an import met first is called Channel and its number.';

COMMENT ON COLUMN app_public.channels.created_at IS 'When it was added.';

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

ALTER TABLE app_public.customers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.customers_id_seq
    START WITH 1000000000000
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.database_logins WITH (security_invoker='true') AS
 SELECT v.id,
    v.name,
    v.login_name,
    v.role,
    v.acting_brand_id,
    v.membership_id,
    v.created_by,
    v.created_at,
    v.expires_at,
    v.connection_limit,
    v.last_used_at,
    v.revoked_at
   FROM app_private.visible_database_logins() v(id, name, login_name, role, acting_brand_id, membership_id, created_by, created_at, expires_at, connection_limit, last_used_at, revoked_at);

COMMENT ON VIEW app_public.database_logins IS '@primaryKey id
One row per database login of the organization, also when it is over.';

COMMENT ON COLUMN app_public.database_logins.id IS 'Key.';

COMMENT ON COLUMN app_public.database_logins.name IS 'Name within the organization.';

COMMENT ON COLUMN app_public.database_logins.login_name IS 'Name of the role in PostgreSQL.';

COMMENT ON COLUMN app_public.database_logins.role IS 'Its one business role.';

COMMENT ON COLUMN app_public.database_logins.acting_brand_id IS 'Brand that it acts for.';

COMMENT ON COLUMN app_public.database_logins.membership_id IS 'Membership of the person who holds it, if one does.';

COMMENT ON COLUMN app_public.database_logins.created_by IS 'Admin who asked for it; null from the command line.';

COMMENT ON COLUMN app_public.database_logins.created_at IS 'When it was made.';

COMMENT ON COLUMN app_public.database_logins.expires_at IS 'When it ends by itself, if ever.';

COMMENT ON COLUMN app_public.database_logins.connection_limit IS 'How many connections it may hold at once.';

COMMENT ON COLUMN app_public.database_logins.last_used_at IS 'When it was last seen connected.';

COMMENT ON COLUMN app_public.database_logins.revoked_at IS 'When its access was ended.';

CREATE TABLE app_public.erasure_requests (
    brand_id bigint NOT NULL,
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    requested_by bigint NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT erasure_requests_reason_length_check CHECK (((length(btrim(reason)) > 0) AND (length(reason) <= 500)))
);

ALTER TABLE ONLY app_public.erasure_requests FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.erasure_requests IS 'One row per customer whose identity was erased: who asked for it, when, and why.';

COMMENT ON COLUMN app_public.erasure_requests.brand_id IS 'The brand of the customer.';

COMMENT ON COLUMN app_public.erasure_requests.id IS 'Number of the request.';

COMMENT ON COLUMN app_public.erasure_requests.customer_id IS 'The customer, by number alone.';

COMMENT ON COLUMN app_public.erasure_requests.requested_by IS 'The admin who erased.';

COMMENT ON COLUMN app_public.erasure_requests.requested_at IS 'When.';

COMMENT ON COLUMN app_public.erasure_requests.reason IS 'Why, for instance the number of the customer''s letter. Not the place for a name.';

ALTER TABLE app_public.erasure_requests ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_public.erasure_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.error_codes WITH (security_invoker='true') AS
 SELECT e.code,
    e.name,
    e.meaning,
    e.advice
   FROM ( VALUES ('FL001'::text,'no_brand'::text,'The caller does not act for a brand, so there is nothing to write to.'::text,'Sign in and choose a brand; a database login must be bound to one.'::text), ('FL002'::text,'not_found'::text,'There is no such row, or it belongs to somebody else.'::text,'Check the id.'::text), ('FL003'::text,'feed_does_not_go_on'::text,'The feed keeps a day of entries; the position is older than that, or there is none such.'::text,'Ask for feedPosition, load anew what you show, and follow the feed from there.'::text), ('FL004'::text,'append_only'::text,'The table takes new rows only: what was noted in it stays.'::text,'Note what is right beside it.'::text), ('FL005'::text,'import_over'::text,'The run of this import is over: it was finished, or taken for cut off.'::text,'Import the file again: what is there already stays as it is.'::text), ('FL006'::text,'no_master_key'::text,'The master key that personal data are locked with is missing here, or is another one.'::text,'Tell the operator; the message names the key that is wanted.'::text), ('FL101'::text,'unknown_time_zone'::text,'The time zone is not one that PostgreSQL knows by its full name.'::text,'Use a name of the IANA time zone database, for example Europe/Istanbul.'::text), ('FL102'::text,'not_signed_in'::text,'Nobody is signed in, or not a person: an API key or a database login cannot do this.'::text,'Sign in.'::text), ('FL103'::text,'not_admin'::text,'Only an admin can do this; for some things, an admin of the platform.'::text,'Ask an admin.'::text), ('FL110'::text,'too_many_attempts'::text,'There were too many attempts on this account, or from this address.'::text,'Wait as long as the message says.'::text), ('FL111'::text,'wrong_credentials'::text,'The mail or the password is wrong, or not confirmed yet, or it took too long.'::text,'Try again, recover the password, or first follow the link of your registration.'::text), ('FL113'::text,'account_closed'::text,'The password is right, but the account was deactivated.'::text,'Ask an admin of the platform.'::text), ('FL114'::text,'wrong_code'::text,'The code is wrong, was used before, or came too late.'::text,'Wait for the next code, or use a recovery code.'::text), ('FL115'::text,'token_void'::text,'The link of the mail is unknown, was used before, or is over.'::text,'Ask for another mail.'::text), ('FL116'::text,'newcomer'::text,'The invitation is for somebody who has no account yet.'::text,'Accept it with a name and a password.'::text), ('FL117'::text,'second_factor_again'::text,'This asks for the second factor, given within the last five minutes.'::text,'Give a new code, then try again.'::text), ('FL118'::text,'second_factor_needed'::text,'A role of this person asks for a second factor.'::text,'Change to another device instead of removing it.'::text), ('FL120'::text,'last_admin'::text,'The last admin of an organization can neither leave nor lose the role.'::text,'Make somebody else an admin before.'::text), ('FL121'::text,'already_member'::text,'This person is a member of the organization already.'::text,'Change the role instead.'::text), ('FL122'::text,'role_not_given'::text,'This role cannot be given in this way.'::text,'Choose another role.'::text), ('FL123'::text,'login_unfit'::text,'The database login is not a plain one with exactly its one business role.'::text,'Create it with fluence login create.'::text), ('FL124'::text,'too_many_logins'::text,'The organization has as many database logins as it may have.'::text,'Revoke one that nobody uses; fluence login list tells when each was used last.'::text), ('FL125'::text,'too_many_connections'::text,'The database logins of the organization could hold more connections than they may in all.'::text,'Give the new one fewer, or revoke one that nobody uses.'::text), ('FL201'::text,'already_retired'::text,'The product was retired before.'::text,'Nothing is to be done.'::text), ('FL301'::text,'not_yet'::text,'A customer is known since a day that is yet to come, by the brand''s time zone.'::text,'Give today or an earlier day.'::text), ('FL302'::text,'erased'::text,'The identity of this customer was erased, and does not come back.'::text,'Take the customer out of the file.'::text), ('FL303'::text,'reason_missing'::text,'This is written down with its reason, of 1 to 500 characters.'::text,'Say why.'::text), ('FL901'::text,'malformed'::text,'The request is not one that can be understood.'::text,'Mend the request; the message says where.'::text), ('FL902'::text,'too_much'::text,'The request asks for more than one request may.'::text,'Ask for less, in several requests.'::text), ('FL903'::text,'signed_out'::text,'The session is over or was never there.'::text,'Sign in again.'::text), ('FL904'::text,'unknown_operation'::text,'The operation is not one of those that this server knows.'::text,'Send a known one.'::text), ('FL905'::text,'unavailable'::text,'The database does not answer at the moment.'::text,'Try again in a little while.'::text), ('FL906'::text,'internal'::text,'Something went wrong on our side.'::text,'Tell the operator the reference; the log has the rest.'::text), ('FL907'::text,'busy'::text,'More people are signing in than the server has hands for.'::text,'Try again in a few seconds.'::text), ('FL908'::text,'weak_password'::text,'The password is not what a password must be.'::text,'Choose another one; the message says what it must have.'::text), ('FL909'::text,'unreadable'::text,'A sealed value does not open: it is damaged, or stands where it was not sealed.'::text,'Tell the operator, who restores the row from a backup.'::text), ('FL911'::text,'duplicate'::text,'There is such a row already.'::text,'Change the value that must be unique.'::text), ('FL912'::text,'still_referenced'::text,'Another row refers to this one, or the one referred to is missing.'::text,'Check the reference.'::text), ('FL913'::text,'rule_broken'::text,'A value breaks a rule; its name stands beside the code.'::text,'Change the value.'::text), ('FL914'::text,'missing_value'::text,'A value is missing.'::text,'Give it.'::text), ('FL915'::text,'invalid_value'::text,'A value is not of its type or out of its range.'::text,'Change the value.'::text), ('FL916'::text,'forbidden'::text,'The role of the caller has not got the right.'::text,'Ask somebody who has.'::text), ('FL917'::text,'conflict'::text,'Somebody else changed the same rows at the same time.'::text,'Try again.'::text), ('FL918'::text,'too_slow'::text,'It took longer than it may.'::text,'Ask for less.'::text), ('FL921'::text,'unreadable_row'::text,'The row of a file is not one: a quote that does not end, too many or too few cells, or bytes that are no UTF-8.'::text,'Mend the row; the reason says what is wrong with it.'::text), ('FL922'::text,'twice_in_file'::text,'An earlier line of the file has the same key. That one counts.'::text,'Keep one of the two.'::text)) e(code, name, meaning, advice);

COMMENT ON VIEW app_public.error_codes IS '@primaryKey code
One row per error code of our own: what it means and what to do about it.';

COMMENT ON COLUMN app_public.error_codes.code IS 'SQLSTATE of class FL, as it stands in the answer.';

COMMENT ON COLUMN app_public.error_codes.name IS 'Short name, stable, for use in programs.';

COMMENT ON COLUMN app_public.error_codes.meaning IS 'What happened.';

COMMENT ON COLUMN app_public.error_codes.advice IS 'What the reader can do about it.';

CREATE TABLE app_public.import_rejects (
    brand_id bigint NOT NULL,
    run_id bigint NOT NULL,
    line bigint NOT NULL,
    field text,
    code text NOT NULL,
    CONSTRAINT import_rejects_code_check CHECK ((code ~ '^FL[0-9]{3}$'::text)),
    CONSTRAINT import_rejects_field_check CHECK ((field ~ '^[a-z_]{1,63}$'::text)),
    CONSTRAINT import_rejects_line_check CHECK ((line > 0))
);

ALTER TABLE ONLY app_public.import_rejects FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE app_public.import_rejects IS 'One row per row of a file that a run could not take. The row itself is in the file of rejects that the command has written, and nowhere here.';

COMMENT ON COLUMN app_public.import_rejects.brand_id IS 'The brand of the run.';

COMMENT ON COLUMN app_public.import_rejects.run_id IS 'The run.';

COMMENT ON COLUMN app_public.import_rejects.line IS 'Line of the file on which the row begins.';

COMMENT ON COLUMN app_public.import_rejects.field IS 'The column at fault, by its name in Fluence; null where it is the whole row.';

COMMENT ON COLUMN app_public.import_rejects.code IS 'Why: a code of error_codes.';

ALTER TABLE app_public.import_runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME app_public.import_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE app_public.invitations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.invitations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.members WITH (security_invoker='true') AS
 SELECT v.id,
    v.user_id,
    v.display_name,
    v.role,
    v.mail,
    v.has_second_factor,
    v.created_at
   FROM app_private.visible_members() v(id, user_id, display_name, role, mail, has_second_factor, created_at);

COMMENT ON VIEW app_public.members IS '@primaryKey id
One row per member of the caller''s organization today.';

COMMENT ON COLUMN app_public.members.id IS 'Number of the membership.';

COMMENT ON COLUMN app_public.members.user_id IS 'Who.';

COMMENT ON COLUMN app_public.members.display_name IS 'Name.';

COMMENT ON COLUMN app_public.members.role IS 'Role in the organization.';

COMMENT ON COLUMN app_public.members.mail IS 'Address; masked for all but admins.';

COMMENT ON COLUMN app_public.members.has_second_factor IS 'Whether a second factor is set up.';

COMMENT ON COLUMN app_public.members.created_at IS 'Member in this role since.';

ALTER TABLE app_public.memberships ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.memberships_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.open_invitations WITH (security_invoker='true') AS
 SELECT v.id,
    v.mail,
    v.role,
    v.invited_by,
    v.created_at,
    v.expires_at
   FROM app_private.visible_invitations() v(id, mail, role, invited_by, created_at, expires_at);

COMMENT ON VIEW app_public.open_invitations IS '@primaryKey id
One row per invitation into the organization that can still be accepted.';

COMMENT ON COLUMN app_public.open_invitations.id IS 'Number by which revoke_invitation() takes it back.';

COMMENT ON COLUMN app_public.open_invitations.mail IS 'Where it was sent.';

COMMENT ON COLUMN app_public.open_invitations.role IS 'Role that it gives.';

COMMENT ON COLUMN app_public.open_invitations.invited_by IS 'Who invited.';

COMMENT ON COLUMN app_public.open_invitations.created_at IS 'When.';

COMMENT ON COLUMN app_public.open_invitations.expires_at IS 'Until when it can be accepted.';

ALTER TABLE app_public.organizations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.organizations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW app_public.own_sessions WITH (security_invoker='true') AS
 SELECT v.id,
    v.organization_id,
    v.acting_brand_id,
    v.role,
    v.device,
    v.created_at,
    v.last_used_at,
    v.expires_at,
    v.second_factor_at,
    v.is_current
   FROM app_private.visible_sessions() v(id, organization_id, acting_brand_id, role, device, created_at, last_used_at, expires_at, second_factor_at, is_current);

COMMENT ON VIEW app_public.own_sessions IS '@primaryKey id
One row per live session of the caller, on whichever device.';

COMMENT ON COLUMN app_public.own_sessions.id IS 'Number by which end_session() ends it.';

COMMENT ON COLUMN app_public.own_sessions.organization_id IS 'Organization that it is for; null without a role.';

COMMENT ON COLUMN app_public.own_sessions.acting_brand_id IS 'Brand that it acts for.';

COMMENT ON COLUMN app_public.own_sessions.role IS 'Role that it acts in.';

COMMENT ON COLUMN app_public.own_sessions.device IS 'What it was opened with.';

COMMENT ON COLUMN app_public.own_sessions.created_at IS 'When it was opened.';

COMMENT ON COLUMN app_public.own_sessions.last_used_at IS 'When it was refreshed last.';

COMMENT ON COLUMN app_public.own_sessions.expires_at IS 'When it ends by itself.';

COMMENT ON COLUMN app_public.own_sessions.second_factor_at IS 'When the second factor was given last.';

COMMENT ON COLUMN app_public.own_sessions.is_current IS 'Whether it is the one that asks.';

CREATE VIEW app_public.own_workplaces WITH (security_invoker='true') AS
 SELECT v.membership_id,
    v.agency_grant_id,
    v.organization_id,
    v.organization_name,
    v.acting_brand_id,
    v.brand_name,
    v.role
   FROM app_private.visible_workplaces() v(membership_id, agency_grant_id, organization_id, organization_name, acting_brand_id, brand_name, role);

COMMENT ON VIEW app_public.own_workplaces IS 'One row per place where the caller may work and can switch to: each membership, and each brand that lets the agency act.';

COMMENT ON COLUMN app_public.own_workplaces.membership_id IS 'The own membership.';

COMMENT ON COLUMN app_public.own_workplaces.agency_grant_id IS 'The grant by which the agency acts for a brand; null for the organization itself.';

COMMENT ON COLUMN app_public.own_workplaces.organization_id IS 'The organization.';

COMMENT ON COLUMN app_public.own_workplaces.organization_name IS 'Its name.';

COMMENT ON COLUMN app_public.own_workplaces.acting_brand_id IS 'Brand that a session there acts for, if any.';

COMMENT ON COLUMN app_public.own_workplaces.brand_name IS 'Name of that brand.';

COMMENT ON COLUMN app_public.own_workplaces.role IS 'Role that a session there has.';

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

ALTER TABLE app_public.users ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME app_public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW lint.append_only WITH (security_invoker='true') AS
 WITH tables(oid) AS (
         VALUES (to_regclass('app_public.audit_log'::text)), (to_regclass('app_private.audit_seals'::text)), (to_regclass('app_private.audit_series'::text))
        UNION ALL
         SELECT (i.inhrelid)::regclass AS inhrelid
           FROM pg_inherits i
          WHERE (i.inhparent = (to_regclass('app_public.audit_log'::text))::oid)
        )
 SELECT (t.oid)::text AS object,
    'can be changed or emptied: it has no trigger that refuses it always'::text AS fault
   FROM tables t
  WHERE (NOT (EXISTS ( SELECT
           FROM pg_trigger g
          WHERE ((g.tgrelid = (t.oid)::oid) AND (g.tgfoid = (to_regproc('app_private.tg__append_only'::text))::oid) AND (g.tgenabled = 'A'::"char") AND (((g.tgtype)::integer & 59) = 58)))));

COMMENT ON VIEW lint.append_only IS 'One row per table of the audit log, partitions too, that does not refuse every change but new rows. Not even its owner may change what was noted.';

CREATE VIEW lint.audited WITH (security_invoker='true') AS
 WITH exceptions(name, reason) AS (
         VALUES ('app_public.audit_log'::text,'is the log'::text), ('app_private.audit_seals'::text,'seals the log; takes new rows only'::text), ('app_private.audit_series'::text,'is of the log; takes new rows only'::text), ('app_private.server_log_positions'::text,'how far another log was read into this one'::text), ('app_public.currencies'::text,'reference data, written by the loader'::text), ('app_private.feed_topics'::text,'reference data, written by the loader'::text), ('app_private.loaded_sources'::text,'the state of sql/, written by the loader'::text), ('app_private.outbox'::text,'events on their way; what they tell of is audited'::text), ('app_private.outbox_deliveries'::text,'events on their way; what they tell of is audited'::text), ('app_private.feeds'::text,'numbers the feed of a brand'::text), ('app_private.feed_entries'::text,'a day of events; what they tell of is audited'::text), ('app_private.worker_heartbeats'::text,'which workers live'::text), ('app_private.drift_checks'::text,'when roll-ups were compared'::text), ('app_private.channel_key'::text,'made once, by a migration'::text), ('app_private.login_attempts'::text,'counts for a day; the session that comes of it is audited'::text), ('app_private.refresh_tokens'::text,'prolong a session, which is audited'::text), ('app_private.registrations'::text,'wait for a mail; the account that comes of it is audited'::text), ('app_private.mails'::text,'mails to send; what they tell of is audited'::text), ('app_private.mail_tokens'::text,'are in mails; what is done with one is audited'::text), ('app_hidden.category_stock_slots'::text,'a roll-up of products, which are audited'::text), ('app_public.import_rejects'::text,'what a run did not take; the run is audited'::text), ('app_private.import_keys'::text,'is of a run while it works; the run is audited'::text)
        ), tables AS (
         SELECT c.oid,
            ((c.oid)::regclass)::text AS name
           FROM pg_class c
          WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (NOT c.relispartition) AND (NOT (EXISTS ( SELECT
                   FROM exceptions e
                  WHERE ((to_regclass(e.name))::oid = c.oid)))))
        ), triggers AS (
         SELECT t.tgrelid,
            t.tgtype,
            string_to_array(encode(t.tgargs, 'escape'::text), '\000'::text) AS arguments
           FROM pg_trigger t
          WHERE ((t.tgfoid = (to_regproc('app_private.tg__audit'::text))::oid) AND (t.tgenabled = ANY (ARRAY['O'::"char", 'A'::"char"])) AND (((t.tgtype)::integer & 67) = 0))
        ), events("bit", name) AS (
         VALUES (4,'insert'::text), (8,'delete'::text), (16,'update'::text), (32,'truncate'::text)
        )
 SELECT t.name AS object,
    format('is not audited at %s, and not listed with a reason'::text, e.name) AS fault
   FROM (tables t
     CROSS JOIN events e)
  WHERE (NOT (EXISTS ( SELECT
           FROM triggers g
          WHERE ((g.tgrelid = t.oid) AND (((g.tgtype)::integer & e."bit") <> 0)))))
UNION ALL
 SELECT format('%s.%I'::text, t.name, m.name) AS object,
    format('is not masked at %s'::text, e.name) AS fault
   FROM (((tables t
     JOIN triggers g ON ((g.tgrelid = t.oid)))
     JOIN events e ON ((((g.tgtype)::integer & e."bit") <> 0)))
     CROSS JOIN LATERAL unnest(app_private.masked_columns((t.oid)::regclass)) m(name))
  WHERE ((e.name <> 'truncate'::text) AND (m.name <> ALL ((g.arguments[3])::text[])));

COMMENT ON VIEW lint.audited IS 'One row per table and kind of change that the audit log does not see, and per column of personal data or secrets that it would hold. What people change is noted, who it was and what it was before.';

CREATE VIEW lint.brand_leads WITH (security_invoker='true') AS
 WITH reference_tables(name) AS (
         VALUES ('app_public.currencies'::text), ('app_public.organizations'::text), ('app_public.users'::text), ('app_public.memberships'::text), ('app_public.agency_grants'::text), ('app_public.invitations'::text), ('app_public.audit_log'::text)
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
         VALUES ('app_private'::text,'enqueue'::text,'fluence_worker'::text), ('app_private'::text,'list_jobs'::text,'fluence_worker'::text), ('app_private'::text,'remove_jobs'::text,'fluence_worker'::text), ('app_private'::text,'unlock_workers'::text,'fluence_worker'::text), ('app_private'::text,'make_partition'::text,'fluence_owner'::text), ('app_private'::text,'make_partitions'::text,'fluence_owner'::text)
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

CREATE VIEW lint.sealed_columns WITH (security_invoker='true') AS
 WITH tables AS (
         SELECT c.oid,
            ((c.oid)::regclass)::text AS name,
            n.nspname AS schema_name,
            b.attnum AS brand,
            r.attnum AS ref,
            ((r.atttypid = ('uuid'::regtype)::oid) AND r.attnotnull) AS is_ref_good,
            v.attnum AS version,
            ((v.atttypid = ('integer'::regtype)::oid) AND v.attnotnull) AS is_version_good
           FROM ((((pg_class c
             JOIN pg_namespace n ON ((n.oid = c.relnamespace)))
             LEFT JOIN pg_attribute b ON (((b.attrelid = c.oid) AND (b.attname = 'brand_id'::name) AND (NOT b.attisdropped))))
             LEFT JOIN pg_attribute r ON (((r.attrelid = c.oid) AND (r.attname = 'person_ref'::name) AND (NOT r.attisdropped))))
             LEFT JOIN pg_attribute v ON (((v.attrelid = c.oid) AND (v.attname = 'key_version'::name) AND (NOT v.attisdropped))))
          WHERE ((c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (NOT c.relispartition) AND (c.relpersistence <> 't'::"char") AND (EXISTS ( SELECT
                   FROM pg_attribute s
                  WHERE ((s.attrelid = c.oid) AND (s.atttypid = ('app_private.sealed'::regtype)::oid) AND (NOT s.attisdropped)))))
        ), keys AS (
         SELECT t_1.oid,
            array_remove(ARRAY[t_1.brand, t_1.ref], NULL::smallint) AS by_ref,
            array_remove(ARRAY[t_1.brand, t_1.version], NULL::smallint) AS by_version
           FROM tables t_1
        )
 SELECT t.name AS object,
    f.fault
   FROM ((tables t
     JOIN keys k ON ((k.oid = t.oid)))
     CROSS JOIN LATERAL ( VALUES ((t.schema_name <> 'app_private'::name),'has sealed columns outside of app_private'::text), ((t.is_ref_good IS NOT TRUE),'has sealed columns and no person_ref, a uuid that is not null'::text), ((t.is_version_good IS NOT TRUE),'has sealed columns and no key_version, an integer that is not null'::text), (((t.ref IS NOT NULL) AND (NOT (EXISTS ( SELECT
                   FROM pg_index i
                  WHERE ((i.indrelid = t.oid) AND i.indisunique AND (i.indpred IS NULL) AND (((i.indkey)::smallint[])[0:(i.indnkeyatts - 1)] = k.by_ref)))))),'has sealed columns and person_ref is not unique, by which their keys are rotated'::text), (((t.version IS NOT NULL) AND (NOT (EXISTS ( SELECT
                   FROM pg_index i
                  WHERE ((i.indrelid = t.oid) AND (i.indpred IS NULL) AND (((i.indkey)::smallint[])[0:(cardinality(k.by_version) - 1)] = k.by_version)))))),'has sealed columns and no index by key_version, by which those to renew are found'::text)) f(is_so, fault))
  WHERE f.is_so;

COMMENT ON VIEW lint.sealed_columns IS 'One row per table with sealed columns and what keeps the rotation of keys from it: it finds tables in the catalogue, and rows by person_ref and key_version.';

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

CREATE VIEW lint.sensitive_data WITH (security_invoker='true') AS
 WITH exceptions(object) AS (
         VALUES ('app_public.import_runs.file_hash'::text), ('app_private.server_log_positions.file_id'::text), ('app_public.invite'::text)
        ), people(role) AS (
         SELECT r.oid
           FROM pg_roles r
          WHERE ((r.rolname = 'fluence_visitor'::name) OR (r.rolname = ANY (ARRAY( SELECT format('fluence_%s'::text, e.role) AS format
                   FROM unnest(enum_range(NULL::app_public.user_role_enum)) e(role)))))
        ), relations AS (
         SELECT c.oid,
            c.relkind AS kind,
            ((c.oid)::regclass)::text AS name,
            (EXISTS ( SELECT
                   FROM people p
                  WHERE (has_any_column_privilege(p.role, c.oid, 'select'::text) AND has_schema_privilege(p.role, c.relnamespace, 'usage'::text)))) AS is_open
           FROM pg_class c
          WHERE (lint.is_ours(c.relnamespace) AND (c.relnamespace <> ('lint'::regnamespace)::oid) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char"])) AND (NOT c.relispartition))
        ), columns AS (
         SELECT r.oid,
            r.kind,
            r.is_open,
            r.name AS relation,
            a.attnum AS number,
            a.attname AS name,
            a.atttypid AS type,
            (a.attname = ANY (app_private.masked_columns((r.oid)::regclass))) AS is_telling,
            (EXISTS ( SELECT
                   FROM app_private.sensitive_data d
                  WHERE (((to_regclass(d.object))::oid = r.oid) AND (COALESCE(d.column_name, (a.attname)::text) = a.attname)))) AS is_listed
           FROM (relations r
             JOIN pg_attribute a ON ((a.attrelid = r.oid)))
          WHERE ((a.attnum > 0) AND (NOT a.attisdropped))
        ), listed AS (
         SELECT d.data_class,
            d.object,
            d.column_name,
            d.scope,
            d.policy,
            d.shown_to,
            d.persons_only,
            (d.object ~~ '%(%'::text) AS is_function,
            (to_regclass(d.object))::oid AS relation
           FROM app_private.sensitive_data d
        ), readers AS (
         SELECT DISTINCT w.ev_class AS view,
            NULL::oid AS function,
            c.relation,
            c.name
           FROM ((pg_rewrite w
             JOIN pg_depend d ON (((d.classid = ('pg_rewrite'::regclass)::oid) AND (d.objid = w.oid) AND (d.refclassid = ('pg_class'::regclass)::oid))))
             JOIN columns c ON (((c.oid = d.refobjid) AND (c.number = d.refobjsubid))))
          WHERE (c.is_listed AND (c.kind = ANY (ARRAY['r'::"char", 'p'::"char"])))
        UNION ALL
         SELECT NULL::oid,
            p.oid,
            c.relation,
            c.name
           FROM (pg_proc p
             JOIN columns c ON (((lint.code_of(p.oid) ~~ format('%%%s%%'::text, c.relation)) AND (lint.code_of(p.oid) ~ format('\m%s\M'::text, c.name)))))
          WHERE (lint.is_ours(p.pronamespace) AND p.prosecdef AND (p.prorettype <> ('trigger'::regtype)::oid) AND c.is_listed AND (c.kind = ANY (ARRAY['r'::"char", 'p'::"char"])))
        )
 SELECT (l.object || COALESCE(('.'::text || l.column_name), ''::text)) AS object,
    f.fault
   FROM (listed l
     CROSS JOIN LATERAL ( VALUES (
                CASE
                    WHEN l.is_function THEN (to_regprocedure(l.object) IS NULL)
                    ELSE (l.relation IS NULL)
                END,'is listed as sensitive, and is not there'::text), (((l.relation IS NOT NULL) AND (l.column_name IS NOT NULL) AND (NOT (EXISTS ( SELECT
                   FROM columns c
                  WHERE ((c.oid = l.relation) AND (c.name = l.column_name)))))),'is listed as sensitive, and there is no such column'::text), (((l.policy IS NOT NULL) AND (NOT (EXISTS ( SELECT
                   FROM pg_policy p
                  WHERE ((p.polrelid = l.relation) AND (p.polname = l.policy)))))),'is listed as sensitive by a policy that is not there'::text), ((l.scope <> ALL (ARRAY['brand'::text, 'organization'::text, 'acting'::text])),'has an unknown scope'::text)) f(is_so, fault))
  WHERE f.is_so
UNION ALL
 SELECT format('%s.%s'::text, c.relation, c.name) AS object,
    'is not listed as sensitive, as its kind demands'::text AS fault
   FROM columns c
  WHERE ((NOT c.is_listed) AND (c.is_open OR (c.kind = ANY (ARRAY['r'::"char", 'p'::"char"]))) AND (c.is_telling OR ((c.type = ('numeric'::regtype)::oid) AND (EXISTS ( SELECT
           FROM columns o
          WHERE ((o.oid = c.oid) AND (o.name = 'currency'::name)))))) AND (NOT (format('%s.%s'::text, c.relation, c.name) IN ( SELECT e.object
           FROM exceptions e))))
UNION ALL
 SELECT v.name AS object,
    format('shows %s.%s and is not listed as sensitive'::text, r.relation, r.name) AS fault
   FROM (readers r
     JOIN relations v ON ((v.oid = r.view)))
  WHERE (v.is_open AND (NOT (EXISTS ( SELECT
           FROM listed l
          WHERE (l.relation = v.oid)))))
UNION ALL
 SELECT ((p.oid)::regprocedure)::text AS object,
    format('reads %s.%s for people and is not listed as sensitive'::text, r.relation, r.name) AS fault
   FROM (readers r
     JOIN pg_proc p ON ((p.oid = r.function)))
  WHERE ((EXISTS ( SELECT
           FROM people o
          WHERE has_function_privilege(o.role, p.oid, 'execute'::text))) AND (NOT (EXISTS ( SELECT
           FROM listed l
          WHERE (l.is_function AND ((to_regprocedure(l.object))::oid = p.oid))))) AND (NOT (EXISTS ( SELECT
           FROM ((pg_depend d
             JOIN pg_rewrite w ON ((w.oid = d.objid)))
             JOIN listed l ON ((l.relation = w.ev_class)))
          WHERE ((d.classid = ('pg_rewrite'::regclass)::oid) AND (d.refclassid = ('pg_proc'::regclass)::oid) AND (d.refobjid = p.oid))))) AND (NOT (split_part(((p.oid)::regprocedure)::text, '('::text, 1) IN ( SELECT e.object
           FROM exceptions e))));

COMMENT ON VIEW lint.sensitive_data IS 'One row per column, view or function that the access review does not know of: what the audit log masks, money beside its currency, what people read of it through views and functions. And per entry of the register that is about nothing.';

CREATE VIEW lint.table_locks WITH (security_invoker='true') AS
 WITH allowed(role) AS (
         VALUES ('fluence_owner'::text), ('fluence_definer'::text), ('fluence_migrator'::text), ('fluence_server'::text), ('fluence_worker'::text)
        )
 SELECT ((c.oid)::regclass)::text AS object,
    format('gives %s on the whole table to %s, which can so lock it for everybody'::text, lower(a.privilege_type), (a.grantee)::regrole) AS fault
   FROM (pg_class c
     CROSS JOIN LATERAL aclexplode(c.relacl) a(grantor, grantee, privilege_type, is_grantable))
  WHERE (lint.is_ours(c.relnamespace) AND (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'f'::"char"])) AND (a.grantee <> (0)::oid) AND (a.privilege_type = ANY (ARRAY['UPDATE'::text, 'DELETE'::text, 'TRUNCATE'::text, 'MAINTAIN'::text, 'TRIGGER'::text])) AND (NOT (((a.grantee)::regrole)::text IN ( SELECT w.role
           FROM allowed w))));

COMMENT ON VIEW lint.table_locks IS 'One row per right of people on a whole table that lets them LOCK it in every mode, and so stop all brands. UPDATE goes by columns, DELETE by a function; what is left locks nobody out.';

CREATE VIEW reporting.access_review WITH (security_invoker='true') AS
 SELECT v.organization_id,
    v.holder,
    v.holder_kind,
    v.holder_name,
    v.user_id,
    v.role,
    v.login_name,
    v.data_class,
    v.reads,
    v.since,
    v.last_used_at
   FROM app_private.visible_access_rights() v(organization_id, holder, holder_kind, holder_name, user_id, role, login_name, data_class, reads, since, last_used_at);

COMMENT ON VIEW reporting.access_review IS '@primaryKey organization_id,holder,data_class
One row per way in and class of sensitive data of the organization (by a grant, of the brand) that it can read now. What was ended, revoked or deactivated is not there from that moment on.';

COMMENT ON COLUMN reporting.access_review.organization_id IS 'Whose data.';

COMMENT ON COLUMN reporting.access_review.holder IS 'The way in: membership:<id>, agency_grant:<id>:<id of the membership in the agency>, api_key:<id> or database_login:<id>.';

COMMENT ON COLUMN reporting.access_review.holder_kind IS 'membership, agency_grant, api_key or database_login.';

COMMENT ON COLUMN reporting.access_review.holder_name IS 'Name of the person, or of the API key or database login.';

COMMENT ON COLUMN reporting.access_review.user_id IS 'The person, where it is one.';

COMMENT ON COLUMN reporting.access_review.role IS 'The role that it gives.';

COMMENT ON COLUMN reporting.access_review.login_name IS 'The login in PostgreSQL: the server''s for people and API keys, else the login''s own.';

COMMENT ON COLUMN reporting.access_review.data_class IS 'personal_unsealed (customers in clear, each reading logged with its reason), personal_clear (names and addresses of people in the house), personal_masked, money, audit, access (who may get in); personal_sealed and secrets would be a fault.';

COMMENT ON COLUMN reporting.access_review.reads IS 'The columns, tables, views and functions where it stands.';

COMMENT ON COLUMN reporting.access_review.since IS 'Since when the way in has been open.';

COMMENT ON COLUMN reporting.access_review.last_used_at IS 'When it was used last; null if not within 90 days, or never.';

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

ALTER TABLE ONLY app_private.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (block);

ALTER TABLE ONLY app_private.audit_series
    ADD CONSTRAINT audit_series_pkey PRIMARY KEY (series);

ALTER TABLE ONLY app_private.channel_key
    ADD CONSTRAINT channel_key_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.customer_identities
    ADD CONSTRAINT customer_identities_mail_key UNIQUE (brand_id, mail_hash);

ALTER TABLE ONLY app_private.customer_identities
    ADD CONSTRAINT customer_identities_person_ref_key UNIQUE (brand_id, person_ref);

ALTER TABLE ONLY app_private.customer_identities
    ADD CONSTRAINT customer_identities_phone_key UNIQUE (brand_id, phone_hash);

ALTER TABLE ONLY app_private.customer_identities
    ADD CONSTRAINT customer_identities_pkey PRIMARY KEY (brand_id, customer_id);

ALTER TABLE ONLY app_private.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (ring, purpose, version);

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_id_key UNIQUE (id);

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

ALTER TABLE ONLY app_private.import_keys
    ADD CONSTRAINT import_keys_pkey PRIMARY KEY (brand_id, run_id, key);

ALTER TABLE ONLY app_private.invitation_mails
    ADD CONSTRAINT invitation_mails_pkey PRIMARY KEY (invitation_id);

ALTER TABLE ONLY app_private.loaded_sources
    ADD CONSTRAINT loaded_sources_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.login_attempts
    ADD CONSTRAINT login_attempts_challenge_hash_key UNIQUE (challenge_hash);

ALTER TABLE ONLY app_private.login_attempts
    ADD CONSTRAINT login_attempts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.mail_tokens
    ADD CONSTRAINT mail_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY app_private.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.outbox_deliveries
    ADD CONSTRAINT outbox_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);

ALTER TABLE ONLY app_private.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY app_private.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_private.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY app_private.server_log_positions
    ADD CONSTRAINT server_log_positions_pkey PRIMARY KEY (is_only_row);

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (session_hash);

ALTER TABLE ONLY app_private.user_accounts
    ADD CONSTRAINT user_accounts_mail_key_key UNIQUE (mail_key);

ALTER TABLE ONLY app_private.user_accounts
    ADD CONSTRAINT user_accounts_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY app_private.worker_heartbeats
    ADD CONSTRAINT worker_heartbeats_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY app_public.agency_grants
    ADD CONSTRAINT agency_grants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (occurred_at, id);

ALTER TABLE ONLY app_public.channels
    ADD CONSTRAINT channels_pkey PRIMARY KEY (brand_id, code);

ALTER TABLE ONLY app_public.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (code);

ALTER TABLE ONLY app_public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (brand_id, id);

ALTER TABLE ONLY app_public.customers
    ADD CONSTRAINT customers_source_key UNIQUE (brand_id, source, source_id);

ALTER TABLE ONLY app_public.erasure_requests
    ADD CONSTRAINT erasure_requests_customer_id_key UNIQUE (brand_id, customer_id);

ALTER TABLE ONLY app_public.erasure_requests
    ADD CONSTRAINT erasure_requests_pkey PRIMARY KEY (brand_id, id);

ALTER TABLE ONLY app_public.import_rejects
    ADD CONSTRAINT import_rejects_pkey PRIMARY KEY (brand_id, run_id, line);

ALTER TABLE ONLY app_public.import_runs
    ADD CONSTRAINT import_runs_pkey PRIMARY KEY (brand_id, id);

ALTER TABLE ONLY app_public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER DOMAIN app_public.mail_address
    ADD CONSTRAINT mail_address_form_check CHECK (((length(VALUE) <= 254) AND (VALUE ~ '^[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff-\uffff\U000e0000-\U0010ffff<>()\[\]\\,;:"@]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$'::text) AND (VALUE !~ '^\.|\.[.@]|[.@][0-9]+$'::text))) NOT VALID;

ALTER TABLE ONLY app_public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_slug_key UNIQUE (slug);

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (brand_id, id);

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_source_key UNIQUE (brand_id, source, source_id);

ALTER TABLE ONLY app_public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX customer_identities_address_hash_idx ON app_private.customer_identities USING btree (brand_id, address_hash);

CREATE INDEX customer_identities_key_version_idx ON app_private.customer_identities USING btree (brand_id, key_version);

CREATE INDEX database_logins_acting_brand_id_idx ON app_private.database_logins USING btree (acting_brand_id);

CREATE INDEX database_logins_agency_grant_id_idx ON app_private.database_logins USING btree (agency_grant_id);

CREATE INDEX database_logins_created_by_idx ON app_private.database_logins USING btree (created_by);

CREATE UNIQUE INDEX database_logins_live_name_key ON app_private.database_logins USING btree (organization_id, name) WHERE (revoked_at IS NULL);

CREATE INDEX database_logins_membership_id_idx ON app_private.database_logins USING btree (membership_id);

CREATE INDEX database_logins_organization_id_idx ON app_private.database_logins USING btree (organization_id);

CREATE INDEX feed_entries_topic_idx ON app_private.feed_entries USING btree (brand_id, topic, "position");

CREATE INDEX invitation_mails_mail_key_idx ON app_private.invitation_mails USING btree (mail_key);

CREATE INDEX login_attempts_account_key_idx ON app_private.login_attempts USING btree (account_key, kind, created_at);

CREATE INDEX login_attempts_address_key_idx ON app_private.login_attempts USING btree (address_key, kind, created_at);

CREATE INDEX login_attempts_created_at_idx ON app_private.login_attempts USING btree (created_at);

CREATE INDEX login_attempts_session_id_idx ON app_private.login_attempts USING btree (session_id);

CREATE INDEX login_attempts_user_id_idx ON app_private.login_attempts USING btree (user_id);

CREATE INDEX mail_tokens_mail_id_idx ON app_private.mail_tokens USING btree (mail_id);

CREATE INDEX mails_invitation_id_idx ON app_private.mails USING btree (invitation_id);

CREATE INDEX mails_registration_id_idx ON app_private.mails USING btree (registration_id);

CREATE INDEX mails_user_id_idx ON app_private.mails USING btree (user_id);

CREATE INDEX outbox_deliveries_key_idx ON app_private.outbox_deliveries USING btree (key, id);

CREATE INDEX outbox_deliveries_parked_idx ON app_private.outbox_deliveries USING btree (organization_id, id) WHERE (parked_at IS NOT NULL);

CREATE INDEX refresh_tokens_session_id_idx ON app_private.refresh_tokens USING btree (session_id);

CREATE INDEX registrations_created_at_idx ON app_private.registrations USING btree (created_at);

CREATE INDEX registrations_mail_key_idx ON app_private.registrations USING btree (mail_key);

CREATE INDEX sessions_acting_brand_id_idx ON app_private.sessions USING btree (acting_brand_id);

CREATE INDEX sessions_agency_grant_id_idx ON app_private.sessions USING btree (agency_grant_id);

CREATE INDEX sessions_created_by_idx ON app_private.sessions USING btree (created_by);

CREATE INDEX sessions_family_id_idx ON app_private.sessions USING btree (family_id);

CREATE INDEX sessions_membership_id_idx ON app_private.sessions USING btree (membership_id);

CREATE INDEX sessions_organization_id_idx ON app_private.sessions USING btree (organization_id);

CREATE INDEX sessions_user_id_idx ON app_private.sessions USING btree (user_id);

CREATE INDEX agency_grants_agency_id_idx ON app_public.agency_grants USING btree (agency_id);

CREATE INDEX agency_grants_for_brand_id_idx ON app_public.agency_grants USING btree (for_brand_id);

CREATE INDEX agency_grants_granted_by_idx ON app_public.agency_grants USING btree (granted_by);

CREATE UNIQUE INDEX agency_grants_live_key ON app_public.agency_grants USING btree (for_brand_id, agency_id) WHERE (ended_at IS NULL);

CREATE INDEX audit_log_organization_id_idx ON ONLY app_public.audit_log USING btree (organization_id, occurred_at DESC);

CREATE INDEX audit_log_transaction_id_idx ON ONLY app_public.audit_log USING btree (series, transaction_id, id);

CREATE INDEX customers_channel_idx ON app_public.customers USING btree (brand_id, channel);

CREATE INDEX customers_since_idx ON app_public.customers USING btree (brand_id, since);

CREATE INDEX erasure_requests_requested_by_idx ON app_public.erasure_requests USING btree (brand_id, requested_by);

CREATE INDEX invitations_accepted_by_idx ON app_public.invitations USING btree (accepted_by);

CREATE INDEX invitations_invited_by_idx ON app_public.invitations USING btree (invited_by);

CREATE INDEX invitations_organization_id_idx ON app_public.invitations USING btree (organization_id);

CREATE UNIQUE INDEX memberships_live_key ON app_public.memberships USING btree (organization_id, user_id) WHERE (ended_at IS NULL);

CREATE INDEX memberships_organization_id_idx ON app_public.memberships USING btree (organization_id);

CREATE INDEX memberships_user_id_idx ON app_public.memberships USING btree (user_id);

CREATE INDEX organizations_currency_idx ON app_public.organizations USING btree (currency);

CREATE INDEX products_category_idx ON app_public.products USING btree (brand_id, category);

CREATE INDEX products_currency_idx ON app_public.products USING btree (brand_id, currency);

CREATE INDEX products_stock_quantity_idx ON app_public.products USING btree (brand_id, stock_quantity);

CREATE TRIGGER _100_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON app_private.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__append_only();

ALTER TABLE app_private.audit_seals ENABLE ALWAYS TRIGGER _100_append_only;

CREATE TRIGGER _100_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON app_private.audit_series FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__append_only();

ALTER TABLE app_private.audit_series ENABLE ALWAYS TRIGGER _100_append_only;

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.customer_identities REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,customer_id}', 'brand_id', '{address,address_hash,mail,mail_hash,name,phone,phone_hash,whole_hash}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.data_keys REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{ring,purpose,version}', 'ring', '{wrapped}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.database_logins REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{login_oid}', 'organization_id', '{}', '{last_used_at}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.invitation_mails REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{invitation_id}', '', '{mail,mail_key}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.recovery_codes REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id,code_hash}', '', '{code_hash}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.second_factors REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{secret,wanted_secret}', '{last_step}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.sessions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{session_hash}', '{last_used_at,expires_at}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_private.user_accounts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{mail,mail_key,password_hash}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.customer_identities REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN (((SESSION_USER <> 'fluence_server'::name) OR (COALESCE(current_setting('fluence.import_run'::text, true), ''::text) = ''::text))) EXECUTE FUNCTION app_private.tg__audit('{brand_id,customer_id}', 'brand_id', '{address,address_hash,mail,mail_hash,name,phone,phone_hash,whole_hash}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.data_keys REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{ring,purpose,version}', 'ring', '{wrapped}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.database_logins REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{login_oid}', 'organization_id', '{}', '{last_used_at}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.invitation_mails REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{invitation_id}', '', '{mail,mail_key}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.recovery_codes REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id,code_hash}', '', '{code_hash}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.second_factors REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{secret,wanted_secret}', '{last_step}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.sessions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{session_hash}', '{last_used_at,expires_at}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_private.user_accounts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{mail,mail_key,password_hash}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.customer_identities FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,customer_id}', 'brand_id', '{address,address_hash,mail,mail_hash,name,phone,phone_hash,whole_hash}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.data_keys FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{ring,purpose,version}', 'ring', '{wrapped}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.database_logins FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{login_oid}', 'organization_id', '{}', '{last_used_at}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.invitation_mails FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{invitation_id}', '', '{mail,mail_key}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.recovery_codes FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id,code_hash}', '', '{code_hash}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.second_factors FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{secret,wanted_secret}', '{last_step}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.sessions FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{session_hash}', '{last_used_at,expires_at}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_private.user_accounts FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{mail,mail_key,password_hash}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.customer_identities REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN (((SESSION_USER <> ALL (ARRAY['fluence_server'::name, 'fluence_worker'::name])) OR (COALESCE(current_setting('fluence.new_key'::text, true), ''::text) = ''::text))) EXECUTE FUNCTION app_private.tg__audit('{brand_id,customer_id}', 'brand_id', '{address,address_hash,mail,mail_hash,name,phone,phone_hash,whole_hash}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.data_keys REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{ring,purpose,version}', 'ring', '{wrapped}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.database_logins REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{login_oid}', 'organization_id', '{}', '{last_used_at}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.invitation_mails REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{invitation_id}', '', '{mail,mail_key}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.recovery_codes REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id,code_hash}', '', '{code_hash}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.second_factors REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{secret,wanted_secret}', '{last_step}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{session_hash}', '{last_used_at,expires_at}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_private.user_accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{user_id}', '', '{mail,mail_key,password_hash}', '{}');

CREATE TRIGGER _100_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON app_public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__append_only();

ALTER TABLE app_public.audit_log ENABLE ALWAYS TRIGGER _100_append_only;

CREATE TRIGGER _100_check_time_zone BEFORE INSERT OR UPDATE OF time_zone ON app_public.organizations FOR EACH ROW EXECUTE FUNCTION app_private.tg_organizations__check_time_zone();

CREATE TRIGGER _100_fill_brand BEFORE INSERT ON app_public.products FOR EACH ROW EXECUTE FUNCTION app_private.tg__fill_brand();

CREATE TRIGGER _100_keep_an_admin BEFORE UPDATE ON app_public.memberships FOR EACH ROW EXECUTE FUNCTION app_private.tg_memberships__keep_an_admin();

CREATE TRIGGER _100_keep_an_admin BEFORE UPDATE ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg_users__keep_an_admin();

CREATE TRIGGER _200_stay_retired BEFORE UPDATE OF retired_at ON app_public.products FOR EACH ROW EXECUTE FUNCTION app_private.tg_products__stay_retired();

CREATE TRIGGER _300_added_not_of_tomorrow AFTER INSERT ON app_public.customers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_customers__not_of_tomorrow();

CREATE TRIGGER _300_changed_not_of_tomorrow AFTER UPDATE ON app_public.customers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_customers__not_of_tomorrow();

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.agency_grants REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'for_brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.channels REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,code}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.customers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{address_mask,mail_mask,name_mask,phone_mask}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.erasure_requests REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.import_runs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{file_hash}', '{rows_read,rows_added,rows_changed,rows_unchanged,rows_rejected}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.invitations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.memberships REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.organizations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.products REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_delete AFTER DELETE ON app_public.users REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', '', '{display_name}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.agency_grants REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'for_brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.channels REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN (((SESSION_USER <> 'fluence_server'::name) OR (COALESCE(current_setting('fluence.import_run'::text, true), ''::text) = ''::text))) EXECUTE FUNCTION app_private.tg__audit('{brand_id,code}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.customers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN (((SESSION_USER <> 'fluence_server'::name) OR (COALESCE(current_setting('fluence.import_run'::text, true), ''::text) = ''::text))) EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{address_mask,mail_mask,name_mask,phone_mask}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.erasure_requests REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.import_runs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{file_hash}', '{rows_read,rows_added,rows_changed,rows_unchanged,rows_rejected}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.invitations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.memberships REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.organizations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.products REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_insert AFTER INSERT ON app_public.users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', '', '{display_name}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.agency_grants FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'for_brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.channels FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,code}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.customers FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{address_mask,mail_mask,name_mask,phone_mask}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.erasure_requests FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.import_runs FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{file_hash}', '{rows_read,rows_added,rows_changed,rows_unchanged,rows_rejected}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.invitations FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.memberships FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.organizations FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.products FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_truncate AFTER TRUNCATE ON app_public.users FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', '', '{display_name}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.agency_grants REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'for_brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.channels REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,code}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.customers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{address_mask,mail_mask,name_mask,phone_mask}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.erasure_requests REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.import_runs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{file_hash}', '{rows_read,rows_added,rows_changed,rows_unchanged,rows_rejected}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.invitations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.memberships REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'organization_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.organizations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', 'id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{brand_id,id}', 'brand_id', '{}', '{}');

CREATE TRIGGER _400_audit_update AFTER UPDATE ON app_public.users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg__audit('{id}', '', '{display_name}', '{}');

CREATE TRIGGER _500_close_feed AFTER DELETE ON app_public.organizations FOR EACH ROW WHEN ((old.kind = 'brand'::app_public.organization_kind)) EXECUTE FUNCTION app_private.tg_organizations__keep_feed();

CREATE TRIGGER _500_emit_added AFTER INSERT ON app_public.products REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_emit_deleted AFTER DELETE ON app_public.products REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_emit_edited AFTER UPDATE ON app_public.products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__emit();

CREATE TRIGGER _500_end_access AFTER UPDATE ON app_public.agency_grants FOR EACH ROW EXECUTE FUNCTION app_private.tg_agency_grants__end_access();

CREATE TRIGGER _500_end_access AFTER UPDATE ON app_public.memberships FOR EACH ROW EXECUTE FUNCTION app_private.tg_memberships__end_access();

CREATE TRIGGER _500_end_access AFTER UPDATE ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg_users__end_access();

CREATE TRIGGER _500_open_feed AFTER INSERT ON app_public.organizations FOR EACH ROW WHEN ((new.kind = 'brand'::app_public.organization_kind)) EXECUTE FUNCTION app_private.tg_organizations__keep_feed();

CREATE TRIGGER _510_revoke_invitations AFTER UPDATE ON app_public.memberships FOR EACH ROW EXECUTE FUNCTION app_private.tg_memberships__revoke_invitations();

CREATE TRIGGER _510_revoke_invitations AFTER UPDATE ON app_public.users FOR EACH ROW EXECUTE FUNCTION app_private.tg_users__revoke_invitations();

CREATE TRIGGER _600_roll_up_added AFTER INSERT ON app_public.products REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

CREATE TRIGGER _600_roll_up_deleted AFTER DELETE ON app_public.products REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

CREATE TRIGGER _600_roll_up_edited AFTER UPDATE ON app_public.products REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app_private.tg_products__roll_up_stock();

ALTER TABLE ONLY app_hidden.category_stock_slots
    ADD CONSTRAINT category_stock_slots_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.customer_identities
    ADD CONSTRAINT customer_identities_customer_id_fkey FOREIGN KEY (brand_id, customer_id) REFERENCES app_public.customers(brand_id, id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_acting_brand_id_fkey FOREIGN KEY (acting_brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_agency_grant_id_fkey FOREIGN KEY (agency_grant_id) REFERENCES app_public.agency_grants(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_created_by_fkey FOREIGN KEY (created_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES app_public.memberships(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.database_logins
    ADD CONSTRAINT database_logins_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.feed_entries
    ADD CONSTRAINT feed_entries_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_private.feeds(brand_id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.invitation_mails
    ADD CONSTRAINT invitation_mails_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES app_public.invitations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.login_attempts
    ADD CONSTRAINT login_attempts_session_id_fkey FOREIGN KEY (session_id) REFERENCES app_private.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.login_attempts
    ADD CONSTRAINT login_attempts_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.mail_tokens
    ADD CONSTRAINT mail_tokens_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES app_private.mails(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.mails
    ADD CONSTRAINT mails_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES app_public.invitations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.mails
    ADD CONSTRAINT mails_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES app_private.registrations(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.mails
    ADD CONSTRAINT mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES app_private.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY app_private.second_factors
    ADD CONSTRAINT second_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_acting_brand_id_fkey FOREIGN KEY (acting_brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_agency_grant_id_fkey FOREIGN KEY (agency_grant_id) REFERENCES app_public.agency_grants(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_created_by_fkey FOREIGN KEY (created_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES app_public.memberships(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_private.user_accounts
    ADD CONSTRAINT user_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.agency_grants
    ADD CONSTRAINT agency_grants_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.agency_grants
    ADD CONSTRAINT agency_grants_for_brand_id_fkey FOREIGN KEY (for_brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.agency_grants
    ADD CONSTRAINT agency_grants_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.channels
    ADD CONSTRAINT channels_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.customers
    ADD CONSTRAINT customers_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.customers
    ADD CONSTRAINT customers_channel_fkey FOREIGN KEY (brand_id, channel) REFERENCES app_public.channels(brand_id, code) ON DELETE RESTRICT;

COMMENT ON CONSTRAINT customers_channel_fkey ON app_public.customers IS '@fieldName acquisitionChannel
The channel by which the customer came.';

ALTER TABLE ONLY app_public.erasure_requests
    ADD CONSTRAINT erasure_requests_customer_id_fkey FOREIGN KEY (brand_id, customer_id) REFERENCES app_public.customers(brand_id, id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.erasure_requests
    ADD CONSTRAINT erasure_requests_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.import_rejects
    ADD CONSTRAINT import_rejects_run_id_fkey FOREIGN KEY (brand_id, run_id) REFERENCES app_public.import_runs(brand_id, id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.invitations
    ADD CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.invitations
    ADD CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.memberships
    ADD CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_public.users(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.organizations
    ADD CONSTRAINT organizations_currency_fkey FOREIGN KEY (currency) REFERENCES app_public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES app_public.organizations(id) ON DELETE RESTRICT;

ALTER TABLE ONLY app_public.products
    ADD CONSTRAINT products_currency_fkey FOREIGN KEY (currency) REFERENCES app_public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE app_hidden.category_stock_slots ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintain ON app_hidden.category_stock_slots TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY select_brand ON app_hidden.category_stock_slots FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_finance_manager, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

ALTER TABLE app_private.audit_seals ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.audit_series ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.channel_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.customer_identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.data_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.database_logins ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.drift_checks ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feed_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feed_topics ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.feeds ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.import_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY insert_all ON app_private.audit_seals FOR INSERT TO fluence_definer WITH CHECK (true);

CREATE POLICY insert_all ON app_private.audit_series FOR INSERT TO fluence_definer WITH CHECK (true);

ALTER TABLE app_private.invitation_mails ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.loaded_sources ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.login_attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.mail_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.mails ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintain ON app_private.channel_key TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.customer_identities TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.data_keys TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.database_logins TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.drift_checks TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feed_entries TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feed_topics TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.feeds TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.import_keys TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.invitation_mails TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.loaded_sources TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.login_attempts TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.mail_tokens TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.mails TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.outbox TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.outbox_deliveries TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.recovery_codes TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.refresh_tokens TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.registrations TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.second_factors TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.server_log_positions TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.sessions TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.user_accounts TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_private.worker_heartbeats TO fluence_definer USING (true) WITH CHECK (true);

ALTER TABLE app_private.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.outbox_deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.recovery_codes ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.refresh_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.registrations ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.second_factors ENABLE ROW LEVEL SECURITY;

CREATE POLICY select_all ON app_private.audit_seals FOR SELECT TO fluence_definer USING (true);

CREATE POLICY select_all ON app_private.audit_series FOR SELECT TO fluence_definer USING (true);

CREATE POLICY select_all ON app_private.loaded_sources FOR SELECT TO fluence_server, fluence_worker USING (true);

CREATE POLICY select_all ON app_private.outbox_deliveries FOR SELECT TO fluence_server USING (true);

CREATE POLICY select_brand ON app_private.outbox_deliveries FOR SELECT TO fluence_admin USING ((organization_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_platform ON app_private.outbox_deliveries FOR SELECT TO fluence_admin USING (( SELECT app_private.acts_for_platform() AS acts_for_platform));

CREATE POLICY select_product_changes ON app_private.feed_entries FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING (((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)) AND (topic = 'product.changed'::text)));

ALTER TABLE app_private.server_log_positions ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.user_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_private.worker_heartbeats ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.agency_grants ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.channels ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.currencies ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.customers ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.erasure_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.import_rejects ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.import_runs ENABLE ROW LEVEL SECURITY;

CREATE POLICY insert_all ON app_public.audit_log FOR INSERT TO fluence_definer WITH CHECK (true);

CREATE POLICY insert_brand ON app_public.products FOR INSERT TO fluence_product_manager WITH CHECK ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

ALTER TABLE app_public.invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintain ON app_public.agency_grants TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.channels TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.currencies TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.customers TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.erasure_requests TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.import_rejects TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.import_runs TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.invitations TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.memberships TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.organizations TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.products TO fluence_definer USING (true) WITH CHECK (true);

CREATE POLICY maintain ON app_public.users TO fluence_definer USING (true) WITH CHECK (true);

ALTER TABLE app_public.memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.organizations ENABLE ROW LEVEL SECURITY;

ALTER TABLE app_public.products ENABLE ROW LEVEL SECURITY;

CREATE POLICY select_all ON app_public.audit_log FOR SELECT TO fluence_definer USING (true);

CREATE POLICY select_all ON app_public.currencies FOR SELECT TO fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor, fluence_server, fluence_worker USING (true);

CREATE POLICY select_all ON app_public.organizations FOR SELECT TO fluence_server USING (true);

CREATE POLICY select_brand ON app_public.channels FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_brand ON app_public.customers FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_brand ON app_public.erasure_requests FOR SELECT TO fluence_admin, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_brand ON app_public.import_rejects FOR SELECT TO fluence_admin, fluence_analyst, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_brand ON app_public.import_runs FOR SELECT TO fluence_admin, fluence_analyst, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_brand ON app_public.products FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_auditor USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY select_colleagues ON app_public.users FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_agency_manager, fluence_auditor USING ((id = ANY (ARRAY( SELECT m.user_id
   FROM app_public.memberships m
  WHERE (m.organization_id = ( SELECT app_public.current_organization_id() AS current_organization_id))))));

CREATE POLICY select_organization ON app_public.audit_log FOR SELECT TO fluence_admin, fluence_auditor USING ((organization_id = ( SELECT COALESCE(app_public.current_brand_id(), app_public.current_organization_id()) AS "coalesce")));

CREATE POLICY select_organization ON app_public.invitations FOR SELECT TO fluence_admin USING ((organization_id = ( SELECT app_public.current_organization_id() AS current_organization_id)));

CREATE POLICY select_organization ON app_public.memberships FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_agency_manager, fluence_auditor USING ((organization_id = ( SELECT app_public.current_organization_id() AS current_organization_id)));

CREATE POLICY select_own ON app_public.agency_grants FOR SELECT TO fluence_admin, fluence_agency_manager, fluence_auditor USING (((for_brand_id = ( SELECT app_public.current_organization_id() AS current_organization_id)) OR (agency_id = ( SELECT app_public.current_organization_id() AS current_organization_id))));

CREATE POLICY select_own ON app_public.organizations FOR SELECT TO fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager, fluence_auditor USING (((id = ( SELECT app_public.current_organization_id() AS current_organization_id)) OR (id = ( SELECT app_public.current_brand_id() AS current_brand_id))));

CREATE POLICY select_own ON app_public.users FOR SELECT TO fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer, fluence_agency_manager, fluence_auditor USING ((id = ( SELECT app_public.current_user_id() AS current_user_id)));

CREATE POLICY select_platform ON app_public.audit_log FOR SELECT TO fluence_admin, fluence_auditor USING (((organization_id IS NULL) AND ( SELECT app_private.acts_for_platform() AS acts_for_platform)));

CREATE POLICY update_brand ON app_public.products FOR UPDATE TO fluence_product_manager USING ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id))) WITH CHECK ((brand_id = ( SELECT app_public.current_brand_id() AS current_brand_id)));

CREATE POLICY update_own ON app_public.organizations FOR UPDATE TO fluence_admin USING ((id = ( SELECT app_public.current_organization_id() AS current_organization_id))) WITH CHECK ((id = ( SELECT app_public.current_organization_id() AS current_organization_id)));

CREATE POLICY update_own ON app_public.users FOR UPDATE TO fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager, fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer, fluence_agency_manager, fluence_auditor USING ((id = ( SELECT app_public.current_user_id() AS current_user_id))) WITH CHECK ((id = ( SELECT app_public.current_user_id() AS current_user_id)));

ALTER TABLE app_public.users ENABLE ROW LEVEL SECURITY;

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

REVOKE ALL ON FUNCTION app_private.accept_invitation(token_hash app_private.digest, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.accept_invitation(token_hash app_private.digest, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) TO fluence_server;

GRANT SELECT,INSERT,DELETE ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(organization_id) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(acting_brand_id) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(role) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(expires_at) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(revoked_at) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(last_used_at) ON TABLE app_private.sessions TO fluence_definer;

GRANT UPDATE(second_factor_at) ON TABLE app_private.sessions TO fluence_definer;

GRANT SELECT ON TABLE app_private.current_session TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.acting_admin() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.acting_admin() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.acting_reader(reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.acting_reader(reason text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.acting_session() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.acting_session() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.acts_for_platform() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.acts_for_platform() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.acts_for_platform() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.add_data_key(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.add_data_key(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text) TO fluence_server;
GRANT ALL ON FUNCTION app_private.add_data_key(ring bigint, purpose app_private.key_purpose, version integer, wrapped bytea, master_key_id text) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.add_member(organization_id bigint, user_id bigint, role app_public.user_role_enum) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.add_member(organization_id bigint, user_id bigint, role app_public.user_role_enum) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.audit_caller(OUT door app_public.audit_door, OUT user_id bigint, OUT session_id bigint, OUT login text, OUT role text, OUT request_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.audit_caller(OUT door app_public.audit_door, OUT user_id bigint, OUT session_id bigint, OUT login text, OUT role text, OUT request_id text) TO fluence_definer;

GRANT SELECT ON TABLE app_public.audit_log TO fluence_admin;
GRANT SELECT ON TABLE app_public.audit_log TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.audit_log TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.audit_digest(entry app_public.audit_log) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.audit_digest(entry app_public.audit_log) TO fluence_definer;

GRANT SELECT,INSERT ON TABLE app_private.audit_seals TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.audit_seal_hash(seal app_private.audit_seals) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.audit_seal_hash(seal app_private.audit_seals) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.audit_series() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.audit_series() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.audit_table(audited regclass, organization_column name, ignored text[], imported boolean, rekeyed boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.beat(worker_id text, seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.beat(worker_id text, seconds integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.begin_import(brand_id bigint, kind text, file_name text, started_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.begin_import(brand_id bigint, kind text, file_name text, started_by text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.brand_today(brand_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.brand_today(brand_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.change_mail(attempt_id bigint, session_hash app_private.digest, matched boolean, mail app_public.mail_address) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.change_mail(attempt_id bigint, session_hash app_private.digest, matched boolean, mail app_public.mail_address) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.change_password(attempt_id bigint, session_hash app_private.digest, matched boolean, password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.change_password(attempt_id bigint, session_hash app_private.digest, matched boolean, password_hash app_private.password_hash) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.check_drift() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.check_drift() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.check_session(handle text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.check_session(handle text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.confirm_mail(token_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.confirm_mail(token_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.count_attempt(kind app_private.attempt_kind, account_key app_private.digest, address_key text, user_id bigint, session_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.count_attempt(kind app_private.attempt_kind, account_key app_private.digest, address_key text, user_id bigint, session_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.count_sealed_rows() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.count_sealed_rows() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.create_account(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_account(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.create_api_key(session_hash app_private.digest, name text, role app_public.user_role_enum, expires_at timestamp with time zone, key_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_api_key(session_hash app_private.digest, name text, role app_public.user_role_enum, expires_at timestamp with time zone, key_hash app_private.digest) TO fluence_server;

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
GRANT UPDATE(name) ON TABLE app_public.organizations TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_organization(kind app_public.organization_kind, slug text, name text, time_zone text, currency text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.create_user(display_name app_public.person_name, locale app_public.locale_code) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.create_user(display_name app_public.person_name, locale app_public.locale_code) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.delete_account(attempt_id bigint, session_hash app_private.digest, matched boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.delete_account(attempt_id bigint, session_hash app_private.digest, matched boolean) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.drop_second_factor(user_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.drop_second_factor(user_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.emit(organization_id bigint, topic text, key text, payload jsonb) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.end_of_family(family_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.end_of_family(family_id uuid) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.end_sessions(user_id bigint, family_id uuid, but_family_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.end_sessions(user_id bigint, family_id uuid, but_family_id uuid) TO fluence_definer;

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

GRANT SELECT ON TABLE app_public.import_runs TO fluence_admin;
GRANT SELECT ON TABLE app_public.import_runs TO fluence_analyst;
GRANT SELECT ON TABLE app_public.import_runs TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(file_hash) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(finished_at) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(status) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(rows_read) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(rows_added) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(rows_changed) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(rows_unchanged) ON TABLE app_public.import_runs TO fluence_definer;

GRANT UPDATE(rows_rejected) ON TABLE app_public.import_runs TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.finish_import(brand_id bigint, run_id bigint, status app_public.import_status, file_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.finish_import(brand_id bigint, run_id bigint, status app_public.import_status, file_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.forget_customer(brand_id bigint, customer_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.forget_customer(brand_id bigint, customer_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.forget_failed_jobs(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.forget_failed_jobs(older_than interval) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.give_back_attempt(attempt_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.give_back_attempt(attempt_id bigint) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.give_up_job(job_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.give_up_job(job_id bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.guard_partition(partition regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.hand_on_events(tasks jsonb, at_most integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.house_figures() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.house_figures() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.import_lock(brand_id bigint, run_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.import_lock(brand_id bigint, run_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.is_own_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.is_own_event(event_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.keep_an_admin(organization_id bigint, leaving_user_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.keep_an_admin(organization_id bigint, leaving_user_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.key_of_account(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.key_of_account(name text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.key_of_token(token_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.key_of_token(token_hash app_private.digest) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.list_access_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_access_rights() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.list_audit_seals(after_block bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_audit_seals(after_block bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.list_data_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_data_keys() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.list_database_logins() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_database_logins() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.list_imports() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_imports() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.list_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.list_jobs() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.live_session(session_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.live_session(session_hash app_private.digest) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.lock_address(mail_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.lock_address(mail_key text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.login_begin(mail text, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.login_begin(mail text, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.login_finish(attempt_id bigint, matched boolean, session_hash app_private.digest, refresh_hash app_private.digest, challenge_hash app_private.digest, device text, new_password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.login_finish(attempt_id bigint, matched boolean, session_hash app_private.digest, refresh_hash app_private.digest, challenge_hash app_private.digest, device text, new_password_hash app_private.password_hash) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.login_manager(session_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.login_manager(session_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.logout(session_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.logout(session_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.look_at_invitation(token_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.look_at_invitation(token_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.mail_key(mail text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.mail_key(mail text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.make_partition(parent regclass, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.make_partition(parent regclass, moment timestamp with time zone) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.make_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.make_partitions() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.masked_columns(relation regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.masked_mail(mail text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.masked_mail(mail text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.master_keys_in_use() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.master_keys_in_use() TO fluence_server;
GRANT ALL ON FUNCTION app_private.master_keys_in_use() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.may_read(role name, object text, column_name text, policy text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.may_read(role name, object text, column_name text, policy text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.membership_of(organization_id bigint, mail text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.membership_of(organization_id bigint, mail text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.merge_customers(brand_id bigint, run_id bigint, rows_read bigint, lines bigint[], fields text[], codes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.merge_customers(brand_id bigint, run_id bigint, rows_read bigint, lines bigint[], fields text[], codes text[]) TO fluence_server;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.mails TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.move_account(mail app_private.mails) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.move_account(mail app_private.mails) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.needs_second_factor(role app_public.user_role_enum) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.needs_second_factor(role app_public.user_role_enum) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.next_sealed_rows(table_name text, ring bigint, version integer, after uuid, row_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.next_sealed_rows(table_name text, ring bigint, version integer, after uuid, row_limit integer) TO fluence_server;
GRANT ALL ON FUNCTION app_private.next_sealed_rows(table_name text, ring bigint, version integer, after uuid, row_limit integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.note_drift_check(drifted_rows bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_drift_check(drifted_rows bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.note_import(brand_id bigint, run_id bigint, rows_read bigint, rows_added bigint, rows_changed bigint, lines bigint[], fields text[], codes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_import(brand_id bigint, run_id bigint, rows_read bigint, rows_added bigint, rows_changed bigint, lines bigint[], fields text[], codes text[]) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.note_in_audit(action app_public.audit_action, organization_id bigint, object text, row_key jsonb, reason text) FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.note_key_use(handle text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_key_use(handle text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.note_login_refusals(refusals jsonb, file_id text, "position" bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_login_refusals(refusals jsonb, file_id text, "position" bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.note_login_use() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_login_use() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.note_refusals(refusals jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.note_refusals(refusals jsonb) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.notice_new_device(session app_private.sessions) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.notice_new_device(session app_private.sessions) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.open_audit_series() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.open_person_session(user_id bigint, membership_id bigint, agency_grant_id bigint, family_id uuid, second_factor_at timestamp with time zone, session_hash app_private.digest, refresh_hash app_private.digest, device text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.open_person_session(user_id bigint, membership_id bigint, agency_grant_id bigint, family_id uuid, second_factor_at timestamp with time zone, session_hash app_private.digest, refresh_hash app_private.digest, device text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.park_event(event_id bigint, error_code text, attempts integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.partition_name(parent regclass, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.partition_name(parent regclass, moment timestamp with time zone) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.password_again(attempt_id bigint, session_hash app_private.digest, matched boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.password_again(attempt_id bigint, session_hash app_private.digest, matched boolean) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.password_begin(session_hash app_private.digest, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.password_begin(session_hash app_private.digest, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.read_data_keys(ring bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.read_data_keys(ring bigint) TO fluence_server;
GRANT ALL ON FUNCTION app_private.read_data_keys(ring bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.rebuild_category_stock(brand_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.rebuild_category_stock(brand_id bigint) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.recover_begin(mail text, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.recover_begin(mail text, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.recover_finish(token_hash app_private.digest, password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.recover_finish(token_hash app_private.digest, password_hash app_private.password_hash) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.refresh_session(token_hash app_private.digest, new_token_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.refresh_session(token_hash app_private.digest, new_token_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.register_account(attempt_id bigint, mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.register_account(attempt_id bigint, mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, password_hash app_private.password_hash) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.register_begin(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.register_begin(mail app_public.mail_address, display_name app_public.person_name, locale app_public.locale_code, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.register_database_login(login_name name, organization_id bigint, role app_public.user_role_enum, name text, expires_at timestamp with time zone, connection_limit integer, created_by bigint, membership_id bigint, agency_grant_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.register_database_login(login_name name, organization_id bigint, role app_public.user_role_enum, name text, expires_at timestamp with time zone, connection_limit integer, created_by bigint, membership_id bigint, agency_grant_id bigint) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.release_event(event_id bigint, replay boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.release_event(event_id bigint, replay boolean) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.remove_jobs(job_ids bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.remove_jobs(job_ids bigint[]) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.renew_sealed_rows(table_name text, ring bigint, version integer, renewed jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.renew_sealed_rows(table_name text, ring bigint, version integer, renewed jsonb) TO fluence_server;
GRANT ALL ON FUNCTION app_private.renew_sealed_rows(table_name text, ring bigint, version integer, renewed jsonb) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.require_recent_second_factor() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.require_recent_second_factor() TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.reset_second_factor_of(mail text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.reset_second_factor_of(mail text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.retire_worker(worker_id text, unbegun bigint[]) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.revoke_database_login(organization_id bigint, name text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.revoke_database_login(organization_id bigint, name text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.rewrap_data_key(ring bigint, purpose app_private.key_purpose, version integer, was bytea, wrapped bytea, master_key_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.rewrap_data_key(ring bigint, purpose app_private.key_purpose, version integer, was bytea, wrapped bytea, master_key_id text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.rings_to_renew() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.rings_to_renew() TO fluence_server;
GRANT ALL ON FUNCTION app_private.rings_to_renew() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.seal_audit_log(largest integer) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.seal_audit_log(largest integer) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.second_factor_begin(proof_hash app_private.digest, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_begin(proof_hash app_private.digest, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.second_factor_confirm(attempt_id bigint, session_hash app_private.digest, step bigint, code_hashes bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_confirm(attempt_id bigint, session_hash app_private.digest, step bigint, code_hashes bytea[]) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.second_factor_enrol(session_hash app_private.digest, secret bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_enrol(session_hash app_private.digest, secret bytea) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.second_factor_finish(attempt_id bigint, proof_hash app_private.digest, step bigint, code_hash app_private.digest, session_hash app_private.digest, refresh_hash app_private.digest, device text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_finish(attempt_id bigint, proof_hash app_private.digest, step bigint, code_hash app_private.digest, session_hash app_private.digest, refresh_hash app_private.digest, device text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.second_factor_remove(session_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_remove(session_hash app_private.digest) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.second_factor_wanted(session_hash app_private.digest, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.second_factor_wanted(session_hash app_private.digest, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.server_log_position() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.server_log_position() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.set_password(user_id bigint, password_hash app_private.password_hash, but_family_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.set_password(user_id bigint, password_hash app_private.password_hash, but_family_id uuid) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.settle_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.settle_event(event_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.settle_mail(event_id bigint, mail_id bigint, failure text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.settle_mail(event_id bigint, mail_id bigint, failure text) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.stage_customers() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.stage_customers() TO fluence_server;

REVOKE ALL ON FUNCTION app_private.sweep_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.sweep_jobs() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.sweep_sign_in() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.sweep_sign_in() TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.switch_session(session_hash app_private.digest, membership_id bigint, agency_grant_id bigint, new_session_hash app_private.digest, refresh_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.switch_session(session_hash app_private.digest, membership_id bigint, agency_grant_id bigint, new_session_hash app_private.digest, refresh_hash app_private.digest) TO fluence_server;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.login_attempts TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.take_attempt(attempt_id bigint, kind app_private.attempt_kind, matched boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.take_attempt(attempt_id bigint, kind app_private.attempt_kind, matched boolean) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.take_mail(mail_id bigint, token_hash app_private.digest) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.take_mail(mail_id bigint, token_hash app_private.digest) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.take_token(token_hash app_private.digest, purposes app_private.mail_purpose[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.take_token(token_hash app_private.digest, purposes app_private.mail_purpose[]) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.tg__append_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg__audit() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.tg__audit() TO fluence_owner;

REVOKE ALL ON FUNCTION app_private.tg__fill_brand() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_agency_grants__end_access() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_customers__not_of_tomorrow() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_memberships__end_access() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_memberships__keep_an_admin() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_memberships__revoke_invitations() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_organizations__check_time_zone() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_organizations__keep_feed() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__emit() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__roll_up_stock() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_products__stay_retired() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_users__end_access() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_users__keep_an_admin() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.tg_users__revoke_invitations() FROM PUBLIC;

REVOKE ALL ON FUNCTION app_private.token_begin(token_hash app_private.digest, purpose app_private.mail_purpose, address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.token_begin(token_hash app_private.digest, purpose app_private.mail_purpose, address_key text) TO fluence_server;

REVOKE ALL ON FUNCTION app_private.token_lifetime(purpose app_private.mail_purpose) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.token_lifetime(purpose app_private.mail_purpose) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.trim_feeds(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.trim_feeds(older_than interval) TO fluence_worker;

REVOKE ALL ON FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.unlock_workers(worker_ids text[], unbegun bigint[]) TO fluence_definer;

GRANT SELECT,INSERT ON TABLE app_private.database_logins TO fluence_definer;

GRANT UPDATE(revoked_at) ON TABLE app_private.database_logins TO fluence_definer;

GRANT UPDATE(last_used_at) ON TABLE app_private.database_logins TO fluence_definer;

GRANT SELECT ON TABLE app_public.agency_grants TO fluence_admin;
GRANT SELECT ON TABLE app_public.agency_grants TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.agency_grants TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.agency_grants TO fluence_definer;

GRANT UPDATE(ended_at) ON TABLE app_public.agency_grants TO fluence_definer;

GRANT SELECT ON TABLE app_public.memberships TO fluence_admin;
GRANT SELECT ON TABLE app_public.memberships TO fluence_analyst;
GRANT SELECT ON TABLE app_public.memberships TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.memberships TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.memberships TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.memberships TO fluence_definer;

GRANT UPDATE(ended_at) ON TABLE app_public.memberships TO fluence_definer;

GRANT SELECT ON TABLE app_public.users TO fluence_visitor;
GRANT SELECT ON TABLE app_public.users TO fluence_admin;
GRANT SELECT ON TABLE app_public.users TO fluence_analyst;
GRANT SELECT ON TABLE app_public.users TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.users TO fluence_report_reader;
GRANT SELECT ON TABLE app_public.users TO fluence_influencer;
GRANT SELECT ON TABLE app_public.users TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.users TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.users TO fluence_definer;

GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_visitor;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_admin;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_analyst;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_marketing_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_campaign_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_product_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_influencer_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_finance_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_support_agent;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_report_reader;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_influencer;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_agency_manager;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_auditor;
GRANT UPDATE(display_name) ON TABLE app_public.users TO fluence_definer;

GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_visitor;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_admin;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_analyst;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_marketing_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_campaign_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_product_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_influencer_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_finance_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_support_agent;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_report_reader;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_influencer;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_agency_manager;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_auditor;
GRANT UPDATE(locale) ON TABLE app_public.users TO fluence_definer;

GRANT UPDATE(deactivated_at) ON TABLE app_public.users TO fluence_definer;

GRANT UPDATE(deleted_at) ON TABLE app_public.users TO fluence_definer;

GRANT SELECT ON TABLE app_private.access_holders TO fluence_definer;

GRANT SELECT ON TABLE app_private.sensitive_data TO fluence_definer;

GRANT SELECT ON TABLE app_private.access_rights TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.visible_access_rights() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_access_rights() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_access_rights() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.visible_api_keys() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_api_keys() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_api_keys() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.visible_database_logins() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_database_logins() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_database_logins() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.visible_invitations() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_invitations() TO fluence_admin;

REVOKE ALL ON FUNCTION app_private.visible_jobs() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_jobs() TO fluence_admin;

REVOKE ALL ON FUNCTION app_private.visible_members() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_analyst;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_private.visible_members() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.visible_sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_visitor;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_analyst;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_influencer;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_private.visible_sessions() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.visible_workplaces() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_visitor;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_admin;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_analyst;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_influencer;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_private.visible_workplaces() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_private.void_tokens(user_id bigint, purpose app_private.mail_purpose) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.void_tokens(user_id bigint, purpose app_private.mail_purpose) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.wake_event_key(key text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.wake_event_key(key text) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.want_mail(template text, user_id bigint, purpose app_private.mail_purpose, invitation_id bigint, address app_public.mail_address, registration_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.want_mail(template text, user_id bigint, purpose app_private.mail_purpose, invitation_id bigint, address app_public.mail_address, registration_id bigint) TO fluence_definer;

REVOKE ALL ON FUNCTION app_private.watch_logins() FROM PUBLIC;
GRANT ALL ON FUNCTION app_private.watch_logins() TO fluence_server;

REVOKE ALL ON FUNCTION app_public.change_role(membership_id bigint, role app_public.user_role_enum) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.change_role(membership_id bigint, role app_public.user_role_enum) TO fluence_admin;

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

REVOKE ALL ON FUNCTION app_public.current_user_id() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.current_user_id() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.current_user_role() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.current_user_role() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.deactivate_user(user_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.deactivate_user(user_id bigint) TO fluence_admin;

GRANT SELECT,INSERT,DELETE ON TABLE app_public.products TO fluence_definer;
GRANT SELECT ON TABLE app_public.products TO fluence_admin;
GRANT SELECT ON TABLE app_public.products TO fluence_analyst;
GRANT SELECT ON TABLE app_public.products TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.products TO fluence_product_manager;
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

REVOKE ALL ON FUNCTION app_public.delete_product(product_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.delete_product(product_id bigint) TO fluence_product_manager;

REVOKE ALL ON FUNCTION app_public.end_agency_grant(grant_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.end_agency_grant(grant_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.end_all_sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.end_all_sessions() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.end_session(session_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_admin;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.end_session(session_id bigint) TO fluence_auditor;

GRANT SELECT ON TABLE app_public.customers TO fluence_admin;
GRANT SELECT ON TABLE app_public.customers TO fluence_analyst;
GRANT SELECT ON TABLE app_public.customers TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.customers TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.customers TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.customers TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.customers TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.customers TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.customers TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(name_mask) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(mail_mask) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(phone_mask) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(address_mask) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(channel) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(since) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(is_account_deleted) ON TABLE app_public.customers TO fluence_definer;

GRANT UPDATE(erased_at) ON TABLE app_public.customers TO fluence_definer;

REVOKE ALL ON FUNCTION app_public.erase_customer(customer_id bigint, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.erase_customer(customer_id bigint, reason text) TO fluence_admin;

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

REVOKE ALL ON FUNCTION app_public.find_customer(mail_hash bytea, phone_hash bytea, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.find_customer(mail_hash bytea, phone_hash bytea, reason text) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.grant_agency(agency_slug text, role app_public.user_role_enum) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.grant_agency(agency_slug text, role app_public.user_role_enum) TO fluence_admin;

GRANT SELECT ON TABLE app_public.invitations TO fluence_admin;
GRANT SELECT,INSERT,DELETE ON TABLE app_public.invitations TO fluence_definer;

GRANT UPDATE(accepted_at) ON TABLE app_public.invitations TO fluence_definer;

GRANT UPDATE(accepted_by) ON TABLE app_public.invitations TO fluence_definer;

GRANT UPDATE(revoked_at) ON TABLE app_public.invitations TO fluence_definer;

REVOKE ALL ON FUNCTION app_public.invite(mail app_public.mail_address, role app_public.user_role_enum) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.invite(mail app_public.mail_address, role app_public.user_role_enum) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.leave_organization() FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_visitor;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_admin;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_analyst;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_marketing_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_campaign_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_product_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_influencer_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_finance_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_support_agent;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_report_reader;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_influencer;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_agency_manager;
GRANT ALL ON FUNCTION app_public.leave_organization() TO fluence_auditor;

REVOKE ALL ON FUNCTION app_public.reactivate_user(user_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.reactivate_user(user_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.read_person(customer_id bigint, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.read_person(customer_id bigint, reason text) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.remove_member(membership_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.remove_member(membership_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.replay_event(event_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.replay_event(event_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.require_reader(reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.require_reader(reason text) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.reset_second_factor(user_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.reset_second_factor(user_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.retire_product(product_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.retire_product(product_id bigint) TO fluence_product_manager;

REVOKE ALL ON FUNCTION app_public.revoke_api_key(key_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.revoke_api_key(key_id bigint) TO fluence_admin;

REVOKE ALL ON FUNCTION app_public.revoke_invitation(invitation_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION app_public.revoke_invitation(invitation_id bigint) TO fluence_admin;

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

GRANT SELECT ON TABLE app_private.attempt_limits TO fluence_definer;

GRANT SELECT,INSERT ON TABLE app_private.audit_series TO fluence_definer;

GRANT SELECT ON TABLE app_private.channel_key TO fluence_definer;

GRANT SELECT ON TABLE app_private.current_login TO fluence_definer;

GRANT SELECT,INSERT,DELETE ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(person_ref) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(key_version) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(name) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(mail) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(phone) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(address) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(mail_hash) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(phone_hash) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(address_hash) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT UPDATE(whole_hash) ON TABLE app_private.customer_identities TO fluence_definer;

GRANT SELECT,INSERT,UPDATE ON TABLE app_private.data_keys TO fluence_definer;

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

GRANT SELECT,INSERT,DELETE ON TABLE app_private.import_keys TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.invitation_mails TO fluence_definer;

GRANT SELECT ON TABLE app_private.loaded_sources TO fluence_server;
GRANT SELECT ON TABLE app_private.loaded_sources TO fluence_worker;
GRANT SELECT,INSERT,DELETE ON TABLE app_private.loaded_sources TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.mail_tokens TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.outbox TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.recovery_codes TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.refresh_tokens TO fluence_definer;

GRANT SELECT,INSERT,DELETE ON TABLE app_private.registrations TO fluence_definer;

GRANT SELECT ON TABLE app_private.sealed_tables TO fluence_definer;
GRANT SELECT ON TABLE app_private.sealed_tables TO fluence_server;
GRANT SELECT ON TABLE app_private.sealed_tables TO fluence_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.second_factors TO fluence_definer;

GRANT SELECT,INSERT,UPDATE ON TABLE app_private.server_log_positions TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.user_accounts TO fluence_definer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app_private.worker_heartbeats TO fluence_definer;

GRANT SELECT ON TABLE app_public.api_keys TO fluence_admin;
GRANT SELECT ON TABLE app_public.api_keys TO fluence_auditor;

GRANT SELECT ON TABLE app_public.channels TO fluence_admin;
GRANT SELECT ON TABLE app_public.channels TO fluence_analyst;
GRANT SELECT ON TABLE app_public.channels TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.channels TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.channels TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.channels TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.channels TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.channels TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.channels TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.channels TO fluence_definer;

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

GRANT SELECT ON TABLE app_public.database_logins TO fluence_admin;
GRANT SELECT ON TABLE app_public.database_logins TO fluence_auditor;

GRANT SELECT ON TABLE app_public.erasure_requests TO fluence_admin;
GRANT SELECT ON TABLE app_public.erasure_requests TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.erasure_requests TO fluence_definer;

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

GRANT SELECT ON TABLE app_public.import_rejects TO fluence_admin;
GRANT SELECT ON TABLE app_public.import_rejects TO fluence_analyst;
GRANT SELECT ON TABLE app_public.import_rejects TO fluence_auditor;
GRANT SELECT,INSERT ON TABLE app_public.import_rejects TO fluence_definer;

GRANT SELECT ON TABLE app_public.members TO fluence_admin;
GRANT SELECT ON TABLE app_public.members TO fluence_analyst;
GRANT SELECT ON TABLE app_public.members TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.members TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.members TO fluence_auditor;

GRANT SELECT ON TABLE app_public.open_invitations TO fluence_admin;

GRANT SELECT ON TABLE app_public.own_sessions TO fluence_visitor;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_admin;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_analyst;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_report_reader;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_influencer;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.own_sessions TO fluence_auditor;

GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_visitor;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_admin;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_analyst;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_marketing_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_campaign_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_product_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_influencer_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_finance_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_support_agent;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_report_reader;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_influencer;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_agency_manager;
GRANT SELECT ON TABLE app_public.own_workplaces TO fluence_auditor;

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

GRANT SELECT ON TABLE reporting.access_review TO fluence_admin;
GRANT SELECT ON TABLE reporting.access_review TO fluence_auditor;

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
