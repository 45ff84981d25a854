create or replace function app_public.end_session(session_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
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
comment on function app_public.end_session(bigint) is 'Ends one of the caller''s own sessions.';
grant execute on function app_public.end_session(bigint)
  to fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_report_reader, fluence_influencer,
  fluence_agency_manager, fluence_auditor;
alter function app_public.end_session(bigint) owner to fluence_definer;
