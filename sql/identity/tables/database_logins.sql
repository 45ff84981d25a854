comment on type app_private.database_login_name is
  'Name of a database login within its organization, with which the name of its role begins.';

comment on table app_private.database_logins is
  'One row per database login of a person or a BI tool: whom it acts for, and in which role.';
comment on column app_private.database_logins.login_oid is
  'OID of the login role: a role dropped and made again under the same name is another one.';
comment on column app_private.database_logins.login_name is 'Name of the login when it was bound.';
comment on column app_private.database_logins.organization_id is 'The organization of its holder.';
comment on column app_private.database_logins.acting_brand_id is
  'The brand it acts for: the organization itself, or one that let its agency act.';
comment on column app_private.database_logins.role is 'Its one business role.';
comment on column app_private.database_logins.created_at is 'When it was bound.';
comment on column app_private.database_logins.revoked_at is 'When its access was ended.';
comment on column app_private.database_logins.id is 'Number by which people name it.';
comment on column app_private.database_logins.name is 'Name within the organization.';
comment on column app_private.database_logins.membership_id is
  'The membership of the person who holds it, where one does: it ends with that.';
comment on column app_private.database_logins.agency_grant_id is
  'The grant that it stands on, where an agency acts for a brand.';
comment on column app_private.database_logins.created_by is
  'The admin who asked for it; null from the command line.';
comment on column app_private.database_logins.expires_at is 'When it ends by itself, if ever.';
comment on column app_private.database_logins.connection_limit is
  'How many connections it may hold at once.';
comment on column app_private.database_logins.last_used_at is 'When it was last seen connected.';
