/** The roles that a membership gives, in the order of app_public.user_role_enum. */
export const memberRoles = [
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
  'auditor',
] as const

/** Those that a database login may have: it has no second factor, so it manages nobody. */
export const loginRoles = memberRoles.filter((role) => role !== 'admin')

export const peopleRoles = ['visitor', ...memberRoles] as const

/** The logins of the house, and the two roles that own things. */
export const houseRoles = ['server', 'worker', 'definer', 'owner'] as const

export const everyRole = [...peopleRoles, ...houseRoles] as const
