create or replace function app_private.sweep_sign_in()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
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
comment on function app_private.sweep_sign_in() is
  'Forgets what signing in needs no more: attempts after a day, registrations that were not '
  'confirmed after three, mails, sent or not, and invitations after 30, sessions 90 days after '
  'their end. Once a day, by the worker.';
grant execute on function app_private.sweep_sign_in() to fluence_worker;
alter function app_private.sweep_sign_in() owner to fluence_definer;
