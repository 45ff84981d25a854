import type { Demand } from './map.ts'

/**
 * What the seeds name, copied from them by hand and not from the map: so a row that goes missing
 * there is missed here.
 */
const design = 'Database Design Document: Influencer - Marketing Analysis System'
const system = 'System Design Document: Influencer - Marketing Analysis System'
const platform = 'Designing a scalable influencer marketing platform'
const shop = 'Build data infrastructure for an e-commerce business (orders, sessions, support chat)'

type Tables = Record<string, Record<string, string>>

const marketing: Tables = {
  customers: {
    customer_id: 'SERIAL (PK), NOT NULL',
    customer_name: 'VARCHAR(50), NOT NULL',
    customer_mail: 'VARCHAR(255), NOT NULL, UNIQUE',
    customer_phone: 'VARCHAR(15), NOT NULL, UNIQUE',
    customer_address: 'TEXT, NOT NULL',
    channel: 'INTEGER, DEFAULT -1',
    since: 'DATE, NOT NULL',
    is_account_deleted: 'BOOLEAN, NOT NULL',
  },
  products: {
    product_id: 'SERIAL (PK), NOT NULL',
    stock_quantity: 'INTEGER, NOT NULL',
    category: 'VARCHAR(100), NOT NULL',
    sales_quantity: 'INTEGER, NOT NULL',
    description: 'TEXT',
    product_price: 'DOUBLE PRECISION, NOT NULL',
    on_sale: 'BOOLEAN, NOT NULL',
    title: 'VARCHAR(100), NOT NULL',
  },
  influencers: {
    influencer_id: 'SERIAL (PK), NOT NULL',
    influencer_name: 'VARCHAR(50), NOT NULL',
    platform: 'VARCHAR(50), NOT NULL',
    follower_count: 'INTEGER, NOT NULL',
    clicked_number: 'INTEGER, NOT NULL',
    category: 'VARCHAR(100), NOT NULL',
    influencer_mail: 'VARCHAR(255), NOT NULL, UNIQUE',
    still_partner: 'BOOLEAN, NOT NULL',
    member_since: 'DATE, NOT NULL',
  },
  users: {
    user_id: 'SERIAL (PK), NOT NULL',
    user_role: 'user_role_enum, NOT NULL',
    user_mail: 'VARCHAR(255), NOT NULL, UNIQUE',
    user_name: 'VARCHAR(50), NOT NULL',
    user_password: 'VARCHAR(100), NOT NULL',
    is_active: 'BOOLEAN, NOT NULL',
    member_since: 'DATE, NOT NULL',
  },
  campaigns: {
    campaign_id: 'SERIAL (PK), NOT NULL',
    campaign_name: 'VARCHAR(50), NOT NULL',
    start_date: 'DATE, NOT NULL',
    end_date: 'DATE, NOT NULL',
    budget: 'NUMERIC(10,2), NOT NULL',
  },
  liked_by: {
    customer_id: 'INTEGER, NOT NULL',
    product_id: 'INTEGER, NOT NULL',
    channel: 'INTEGER, DEFAULT -1',
    liked_date: 'DATE',
  },
  arranges: {
    product_id: 'INTEGER, NOT NULL',
    influencer_id: 'INTEGER, NOT NULL',
    user_id: 'INTEGER, NOT NULL',
    campaign_id: 'INTEGER, NOT NULL',
  },
  adjusts: {
    user_id: 'INTEGER, NOT NULL',
    product_id: 'INTEGER, NOT NULL',
    date_time: 'TIMESTAMP, NOT NULL',
    is_active: 'BOOLEAN, NOT NULL',
    field: 'adjust_field_enum, NOT NULL',
    old_value: 'DOUBLE PRECISION, NOT NULL',
    new_value: 'DOUBLE PRECISION, NOT NULL',
  },
  bought_by: {
    product_id: 'INTEGER, NOT NULL',
    customer_id: 'INTEGER, NOT NULL',
    status: 'bought_status_enum, NOT NULL',
    channel: 'INTEGER, DEFAULT -1',
    rating: 'INTEGER',
    quantity: 'INTEGER',
    bought_date: 'DATE',
  },
  payment: {
    campaign_id: 'INTEGER, NOT NULL',
    influencer_id: 'INTEGER, NOT NULL',
    amount: 'NUMERIC(10,2), NOT NULL',
    status: 'enum, NOT NULL',
    date: 'DATE, NOT NULL',
  },
}

const commerce: Tables = {
  products: { product_id: 'BIGINT', created_at: 'DATETIME', product_name: 'VARCHAR(50)' },
  orders: {
    order_id: '',
    created_at: '',
    website_session_id: '',
    primary_product_id: '',
    items_purchased: '',
    price_usd: '',
    cogs_usd: '',
  },
  order_items: {
    order_item_id: '',
    created_at: '',
    order_id: '',
    website_session_id: '',
    product_id: 'BIGINT',
    is_primary_item: 'INT',
    price_usd: '',
    cogs_usd: '',
  },
  order_item_refunds: {
    order_item_refund_id: 'BIGINT',
    created_at: 'DATETIME',
    order_item_id: 'BIGINT',
    order_id: 'BIGINT',
    refund_amount_usd: 'DECIMAL(6,2)',
  },
  website_sessions: {
    website_session_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME, NOT NULL',
    user_id: 'BIGINT, NOT NULL',
    is_repeated_session: 'INT, NOT NULL',
    utm_source: 'VARCHAR(30)',
    utm_campaign: 'VARCHAR(30)',
    utm_content: 'VARCHAR(30)',
    device_type: 'VARCHAR(30)',
    http_referer: 'VARCHAR(100)',
  },
  website_pageviews: {
    website_pageview_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME, NOT NULL',
    website_session_id: 'BIGINT, NOT NULL',
    pageview_url: 'VARCHAR(100)',
  },
  users: {
    user_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME, NOT NULL',
    first_name: 'VARCHAR(30), NOT NULL',
    last_name: 'VARCHAR(30), NOT NULL',
  },
  support_members: {
    support_member_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME, NOT NULL',
    first_name: 'VARCHAR(30), NOT NULL',
    last_name: 'VARCHAR(30), NOT NULL',
  },
  chat_sessions: {
    chat_session_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME, NOT NULL',
    chat_end_at: 'DATETIME, NOT NULL',
    user_id: 'BIGINT, NOT NULL',
    support_member_id: 'BIGINT, NOT NULL',
    website_session_id: 'BIGINT, NOT NULL',
  },
  chat_messages: {
    chat_message_id: 'BIGINT, NOT NULL',
    created_at: 'DATETIME',
    chat_session_id: 'BIGINT, NOT NULL',
    user_id: 'BIGINT, DEFAULT NULL',
    support_member_id: 'BIGINT, DEFAULT NULL',
  },
}

const columnsOf = (document: string, table: string, columns: Record<string, string>): Demand[] =>
  Object.entries(columns).map(([column, words]) => {
    return { document, kind: 'Columns', name: `${table}.${column}`, words }
  })

const tablesOf = (document: string, tables: Tables): Demand[] => [
  ...each(document, 'Tables', Object.keys(tables)),
  ...Object.entries(tables).flatMap(([table, columns]) => columnsOf(document, table, columns)),
]

const each = (document: string, kind: string, names: readonly string[]): Demand[] =>
  names.map((name) => ({ document, kind, name }))

export const demands: readonly Demand[] = [
  ...tablesOf(design, marketing),
  ...each(design, 'Types', [
    'SERIAL',
    'VARCHAR(n)',
    'TEXT',
    'INTEGER',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP',
    'DOUBLE PRECISION',
    'NUMERIC(10,2)',
    'user_role_enum',
    'adjust_field_enum',
    'bought_status_enum',
    'enum',
  ]),
  ...each(design, 'Checks', [
    'customers.since CHECK (<= CURRENT_DATE)',
    'products.stock_quantity CHECK (>= 0)',
    'products.sales_quantity CHECK (>= 0)',
    'products.product_price CHECK (>= 0)',
    'influencers.follower_count CHECK (>= 0)',
    'influencers.clicked_number CHECK (>= 0)',
    'influencers.member_since CHECK (<= CURRENT_DATE)',
    'users.member_since CHECK (<= CURRENT_DATE)',
    'campaigns.start_date CHECK (<= end_date)',
    'campaigns.budget CHECK (>= 0)',
    'liked_by.liked_date CHECK (<= CURRENT_DATE)',
    'adjusts.date_time CHECK (<= CURRENT_TIMESTAMP)',
    'adjusts.old_value CHECK (>= 0)',
    'adjusts.new_value CHECK (>= 0)',
    'bought_by.rating CHECK (1 <= rating <= 5)',
    'bought_by.quantity CHECK (quantity > 0)',
    'bought_by.bought_date CHECK (<= CURRENT_DATE)',
    'payment.amount CHECK (>= 0)',
  ]),
  ...each(design, 'Keys', [
    'customers.customer_mail UNIQUE',
    'customers.customer_phone UNIQUE',
    'influencers.influencer_mail UNIQUE',
    'users.user_mail UNIQUE',
    'liked_by',
    'arranges',
    'adjusts',
    'bought_by',
    'payment',
  ]),
  ...each(design, 'Indexes', [
    'campaigns: start_date, end_date',
    'influencers: follower_count',
    'products: stock_quantity',
    'payments: influencer_id, campaign_id',
    'users: email',
    'campaigns: budget',
  ]),
  ...each(design, 'Roles', [
    'Admin',
    'Analyst',
    'Campaign Manager',
    'Product Manager',
    'Influencer Manager',
    'Finance Manager',
  ]),
  ...each(system, 'Roles', [
    'Admin',
    'Marketing Manager',
    'Data Analyst',
    'Campaign Manager',
    'Finance Manager',
  ]),
  ...each(platform, 'Roles', ['brand', 'influencer', 'agency']),
  ...tablesOf(shop, commerce),
  ...each(shop, 'Types', ['BIGINT', 'INT', 'DATETIME', 'VARCHAR(n)', 'DECIMAL(6,2)']),
  ...each(shop, 'Keys', [
    'fk_product_id',
    'orders',
    'order_item_refunds',
    'website_pageviews',
    'chat_sessions',
    'chat_messages',
  ]),
  ...each(shop, 'Triggers, views and procedures', [
    'insert_new_orders',
    'monthly_sessions',
    'monthly_volume',
    'monthly_website_traffic',
    'order_performance',
    'chats_handled',
  ]),
]
