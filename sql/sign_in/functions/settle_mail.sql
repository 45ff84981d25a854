create or replace function app_private.settle_mail(
  event_id bigint,
  mail_id bigint,
  failure text default null
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
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
comment on function app_private.settle_mail(bigint, bigint, text) is
  'Notes that a mail was sent, that there was nothing to send, or why it never can be. The work of '
  'the event mail.wanted; false if it was done before.';
grant execute on function app_private.settle_mail(bigint, bigint, text) to fluence_worker;
alter function app_private.settle_mail(bigint, bigint, text) owner to fluence_definer;
