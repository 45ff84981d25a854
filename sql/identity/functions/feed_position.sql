create or replace function app_public.feed_position(after bigint default null)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
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
comment on function app_public.feed_position(bigint) is
  'The position of the newest entry in the feed of the brand; or the position that is given, if '
  'the feed still goes on from there. Ask for it, then load, then subscribe after it: nothing is '
  'missed.';
grant execute on function app_public.feed_position(bigint) to
  fluence_admin, fluence_analyst, fluence_marketing_manager, fluence_campaign_manager,
  fluence_product_manager, fluence_influencer_manager, fluence_finance_manager,
  fluence_support_agent, fluence_auditor;
alter function app_public.feed_position(bigint) owner to fluence_definer;
