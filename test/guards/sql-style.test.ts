import { describe, expect, test } from 'vitest'
import { checkSqlStyle, sqlStyleFaults } from '../../src/cli/check/sql-style.ts'
import { projectDir } from '../../src/server/env.ts'

const view = `create or replace view reporting.sales
with (security_invoker = true) as
select 1 as one;

comment on view reporting.sales is 'One row. SELECT stands in text.';
`

describe('the style of SQL', () => {
  test('is kept in the whole tree', () => {
    expect(checkSqlStyle(projectDir)).toEqual([])
  })

  test('lets a good file pass', () => {
    expect(sqlStyleFaults(view, 'sql/reporting/views/sales.sql')).toEqual([])
  })

  const spoiled: [string, string, string][] = [
    ['a long line', view.replace('1 as one', `'${'x'.repeat(101)}' as one`), 'longer than 100'],
    ['white space at an end', view.replace('one;', 'one; '), 'ends in white space'],
    ['a tab', view.replace('select 1', 'select\t1'), 'has a tab'],
    ['a shouted keyword', view.replace('select', 'SELECT'), 'SELECT in upper case'],
    ['no newline at the end', view.trimEnd(), 'exactly one newline'],
    ['two newlines at the end', `${view}\n`, 'exactly one newline'],
    ['a view of another name', view.replace('reporting.sales', 'reporting.sale'), 'does not hold'],
    ["a view with its owner's rights", view.replace('true', 'false'), 'does not hold'],
    ['no comment', view.replace(/comment.*/, ''), 'no comment'],
  ]
  for (const [name, text, fault] of spoiled) {
    test(`barks at ${name}`, () => {
      expect(sqlStyleFaults(text, 'sql/reporting/views/sales.sql').join('\n')).toContain(fault)
    })
  }

  test('barks at a policy that cannot be created twice', () => {
    const text = 'create policy select_own on app_public.x for select to fluence_admin;\n'
    const again = `drop policy if exists select_own on app_public.x;\n${text}`
    expect(sqlStyleFaults(text, 'sql/core/policies/x.sql').join('\n')).toContain('cannot run twice')
    expect(sqlStyleFaults(again, 'sql/core/policies/x.sql')).toEqual([])
  })
})
