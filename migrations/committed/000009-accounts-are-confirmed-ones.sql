--! Previous: sha1:b4245022d30983ef572208a6ef742415f89be2c8
--! Hash: sha1:01a55e621989d0fe05f6666c76d3357339400cc2
--! Message: accounts are confirmed ones

-- The next migration: tables, columns, types, constraints, indexes, data.

-- identity: an admin comes in by the app ----------------------------------------------------------

-- The role asks for a second factor, and PostgreSQL asks for none. The watch drops what is over.
alter table app_private.database_logins no force row level security;
update app_private.database_logins set revoked_at = now()
where role = 'admin' and revoked_at is null;
alter table app_private.database_logins force row level security;
alter table app_private.database_logins
  add constraint database_logins_no_admin_check check (role <> 'admin' or revoked_at is not null);

-- A type, so that a name is checked before its role is made. PostgreSQL keeps pg_ for itself.
create domain app_private.database_login_name as text
  constraint database_login_name_form_check
    check (value ~ '^[a-z][a-z0-9_]*$' and length(value) <= 40)
  constraint database_login_name_free_check check (value !~ '^pg_');
alter table app_private.database_logins
  drop constraint database_logins_name_form_check,
  alter column name type app_private.database_login_name;

-- sign_in: an account is one whose address was confirmed ------------------------------------------

create table app_private.registrations (
  id bigint generated always as identity primary key,
  mail app_public.mail_address not null,
  mail_key text not null,
  display_name app_public.person_name not null,
  locale app_public.locale_code not null,
  password_hash app_private.password_hash not null,
  created_at timestamptz not null default now()
);
create index registrations_mail_key_idx on app_private.registrations (mail_key);
create index registrations_created_at_idx on app_private.registrations (created_at);
alter table app_private.registrations enable row level security;
alter table app_private.registrations force row level security;

alter table app_private.mails
  add column registration_id bigint,
  add constraint mails_registration_id_fkey foreign key (registration_id)
    references app_private.registrations (id) on delete cascade,
  drop constraint mails_of_user_or_invitation_check,
  add constraint mails_of_one_check
    check (num_nonnulls(user_id, invitation_id, registration_id) = 1);
create index mails_registration_id_idx on app_private.mails (registration_id);

-- Who has not confirmed so far registers again: the password may be somebody else's. The number
-- stays, as that of a deleted account does, and the name where it is that of a member.
alter table app_private.user_accounts no force row level security;
alter table app_private.mails no force row level security;
alter table app_private.mail_tokens no force row level security;
alter table app_public.users no force row level security;
alter table app_public.memberships no force row level security;
delete from app_private.mail_tokens as t
using app_private.mails as m, app_private.user_accounts as a
where m.id = t.mail_id and a.user_id = m.user_id and a.mail_confirmed_at is null;
update app_private.mails as m set sent_at = coalesce(m.sent_at, now()), address = null
from app_private.user_accounts as a
where a.user_id = m.user_id and a.mail_confirmed_at is null;
update app_public.users as u set deleted_at = now(), display_name = null
from app_private.user_accounts as a
where a.user_id = u.id
  and a.mail_confirmed_at is null
  and u.deleted_at is null
  and not exists (select from app_public.memberships as m where m.user_id = u.id);
delete from app_private.user_accounts as a where a.mail_confirmed_at is null;
alter table app_private.user_accounts force row level security;
alter table app_private.mails force row level security;
alter table app_private.mail_tokens force row level security;
alter table app_public.users force row level security;
alter table app_public.memberships force row level security;
alter table app_private.user_accounts drop column mail_confirmed_at;

-- identity: what an admin has made ends with the membership ---------------------------------------

-- Those who went before could still use what they had seen.
alter table app_private.sessions no force row level security;
alter table app_private.database_logins no force row level security;
alter table app_public.invitations no force row level security;
alter table app_public.users no force row level security;
alter table app_public.memberships no force row level security;
update app_private.sessions as s set revoked_at = now()
where s.kind = 'api_key'
  and s.revoked_at is null
  and not exists (
    select from app_public.memberships as m
    join app_public.users as u on u.id = m.user_id
    where m.user_id = s.created_by
      and m.organization_id = s.organization_id
      and m.role = 'admin'
      and m.ended_at is null
      and u.deactivated_at is null
  );
update app_private.database_logins as l set revoked_at = now()
where l.created_by is not null
  and l.revoked_at is null
  and not exists (
    select from app_public.memberships as m
    join app_public.users as u on u.id = m.user_id
    where m.user_id = l.created_by
      and m.organization_id = l.organization_id
      and m.role = 'admin'
      and m.ended_at is null
      and u.deactivated_at is null
  );
update app_public.invitations as i set revoked_at = now()
where i.accepted_at is null
  and i.revoked_at is null
  and not exists (
    select from app_public.memberships as m
    join app_public.users as u on u.id = m.user_id
    where m.user_id = i.invited_by
      and m.organization_id = i.organization_id
      and m.role = 'admin'
      and m.ended_at is null
      and u.deactivated_at is null
  );
alter table app_private.sessions force row level security;
alter table app_private.database_logins force row level security;
alter table app_public.invitations force row level security;
alter table app_public.users force row level security;
alter table app_public.memberships force row level security;

-- sign_in: one rule for addresses, the mailer's too -----------------------------------------------

-- Not valid: an account that the command line made by another address keeps it.
alter domain app_public.mail_address drop constraint mail_address_form_check;
alter domain app_public.mail_address
  add constraint mail_address_form_check check (
    length(value) <= 254
    and value ~ (
      '^[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f'
      '\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff-\uffff'
      '\U000e0000-\U0010ffff<>()\[\]\\,;:"@]{1,64}'
      '@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*'
      '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$'
    )
    and value !~ '^\.|\.[.@]|[.@][0-9]+$'
  ) not valid;
alter table app_private.mails
  add column failure text
  constraint mails_failure_is_a_code_check check (failure ~ '^\w{1,40}$');

-- sign_in: a code counts only with the secret that it was compared with ---------------------------

alter table app_private.login_attempts add column secret_hash app_private.digest;

-- identity: API keys end --------------------------------------------------------------------------

alter table app_private.sessions no force row level security;
update app_private.sessions as s
set expires_at = least(s.expires_at, s.created_at + interval '17544 hours')
where s.kind = 'api_key';
alter table app_private.sessions force row level security;
-- In hours, which are as long in every time zone: two years, one of them a leap year.
alter table app_private.sessions
  add constraint sessions_keys_end_within_two_years_check
    check (kind = 'person' or expires_at <= created_at + interval '17544 hours');
