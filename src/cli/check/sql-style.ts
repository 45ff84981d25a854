import fs from 'node:fs'
import path from 'node:path'

/** What the catalog cannot tell: how the text of a SQL file reads. One line per fault. */
export function sqlStyleFaults(text: string, id: string): string[] {
  const faults: string[] = []
  const lines = text.split('\n')
  const say = (index: number, fault: string) => faults.push(`${id}:${index + 1}: ${fault}`)
  if (!text.endsWith('\n') || text.endsWith('\n\n')) {
    say(lines.length - 1, 'ends in exactly one newline')
  }
  for (const [index, line] of lines.entries()) {
    if (line.length > 100) say(index, 'is longer than 100 columns')
    if (/\s$/.test(line)) say(index, 'ends in white space')
    if (line.includes('\t')) say(index, 'has a tab')
    const keyword = upperCaseKeyword(line)
    if (keyword !== undefined) say(index, `writes ${keyword} in upper case`)
  }
  return [...faults, ...fileFaults(text, id)]
}

const keywords =
  /\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|JOIN|CREATE|ALTER|DROP|GRANT|REVOKE|RETURNS|BEGIN|END|AND|OR|NOT|NULL|AS|ON|TABLE|VIEW|FUNCTION|TRIGGER|POLICY|COMMENT|IS|THEN|ELSE|CASE|WITH|ORDER|GROUP|BY|SET|VALUES)\b/

function upperCaseKeyword(line: string): string | undefined {
  const code = line.replaceAll(/'[^']*'/g, "''").replace(/--.*$/, '')
  return keywords.exec(code)?.[1]
}

/** A file is named after its object, says what the object is for, and can run twice. */
function fileFaults(text: string, id: string): string[] {
  const [, kind, name] = /(\w+)\/([\w.]+)\.sql$/.exec(id) ?? []
  const faults: string[] = []
  const wants = (pattern: RegExp, what: string) => {
    if (!pattern.test(text)) faults.push(`${id}:1: ${what}`)
  }
  if (kind === 'functions') {
    wants(
      new RegExp(`create or replace (function|procedure) \\w+\\.${name}\\(`),
      `does not hold "create or replace function <schema>.${name}("`,
    )
    wants(/^comment on (function|procedure) /m, 'has no comment on its function')
  }
  if (kind === 'views') {
    wants(
      new RegExp(`create or replace view \\w+\\.${name}\\nwith \\(security_invoker = true\\)`),
      `does not hold "create or replace view <schema>.${name}" with security_invoker`,
    )
    wants(/^comment on view /m, 'has no comment on its view')
  }
  if (kind === 'policies' || kind === 'triggers') {
    for (const match of text.matchAll(/^create (policy|trigger) (\w+)/gm)) {
      wants(
        new RegExp(`^drop ${match[1]} if exists ${match[2]} on `, 'm'),
        `cannot run twice: no "drop ${match[1]} if exists ${match[2]}"`,
      )
    }
  }
  return faults
}

/** All SQL that people write: sql/ and the migration in the making. */
export function checkSqlStyle(projectDir: string): string[] {
  const files = fs
    .readdirSync(path.join(projectDir, 'sql'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => path.join('sql', name))
  return [...files, 'migrations/current.sql'].flatMap((file) =>
    sqlStyleFaults(fs.readFileSync(path.join(projectDir, file), 'utf8'), file),
  )
}
