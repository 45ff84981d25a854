import { describe, expect } from 'vitest'
import { test } from '../harness/api.ts'

/** Every address that a page names as something to load, as a browser would resolve it. */
function loaded(html: string, page: string): string[] {
  const named = [
    /<(?:script|img|iframe|source|embed|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g,
    /\bfrom\s*"([^"]+)"/g,
    /\bimport\s*\(?\s*"([^"]+)"/g,
    /\bnew URL\("([^"]+)"/g,
    /"staticPath": "([^"]+)"/g,
    /\burl\(\s*["']?([^"')]+)/g,
    /@import\s*["']([^"']+)/g,
  ].flatMap((pattern) => [...html.matchAll(pattern)].map(([, found = '']) => found))
  return named
    .filter((found) => !found.startsWith('data:'))
    .map((found) => new URL(found, page).href)
}

const foreign = (urls: readonly string[], page: string) =>
  urls.filter((url) => new URL(url).origin !== new URL(page).origin)

describe('GraphiQL', () => {
  test('loads nothing from elsewhere, and all that it loads is here', async ({ api }) => {
    const page = `${api.url}/graphiql`
    const response = await fetch(page)
    expect(response.status).toBe(200)
    const html = await response.text()
    const assets = loaded(html, page)
    expect(assets.length).toBeGreaterThan(3)
    expect(foreign(assets, page)).toEqual([])

    const workers = ['jsonWorker.js', 'graphqlWorker.js', 'editorWorker.js']
    const files = assets.filter((url) => /\.(js|css)$/.test(url))
    const own = [...files, ...workers.map((name) => `${api.url}/ruru-static/${name}`)]
    for (const url of own) {
      const file = await fetch(url)
      expect([url, file.status]).toEqual([url, 200])
      const text = await file.text()
      expect([url, foreign(loaded(text, url), page)]).toEqual([url, []])
    }
  })

  test('could not if it wanted to: its policy knows no host but ours', async ({ api }) => {
    for (const path of ['/graphiql', '/ruru-static/ruru.js', '/ruru-static/graphqlWorker.js']) {
      const { headers } = await fetch(api.url + path)
      const policy = headers.get('content-security-policy') ?? ''
      const sources = policy.split(';').flatMap((directive) => directive.trim().split(' ').slice(1))
      const allowed = new Set(["'none'", "'self'", "'unsafe-inline'", 'data:'])
      expect(policy).toMatch(/^default-src 'none';/)
      expect(sources.filter((source) => !allowed.has(source))).toEqual([])
    }
  })

  test('a page that loads from elsewhere would be noticed', () => {
    const page = 'http://127.0.0.1:1/graphiql'
    const spoiled = [
      '<script src="https://unpkg.com/x.js"></script>',
      '<link rel="stylesheet" href="//cdn.example/x.css" />',
      'import { a } from "https://esm.sh/a"',
      'body { background: url(https://cdn.example/x.png) }',
      '"staticPath": "https://unpkg.com/ruru/static/"',
    ]
    expect(spoiled.map((html) => foreign(loaded(html, page), page).length)).toEqual([1, 1, 1, 1, 1])
  })

  test('is not there in production', async ({ productionApi }) => {
    for (const path of ['/graphiql', '/ruru-static/ruru.js']) {
      expect((await fetch(productionApi.url + path)).status).toBe(404)
    }
  })
})
