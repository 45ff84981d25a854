import http from 'node:http'
import express, { type Express } from 'express'
import { installHealth, type Readiness } from './http/health.ts'

/** The HTTP side without its doors: they are added when the database is there. */
export function makeApp(readiness: Readiness): { app: Express; server: http.Server } {
  const app = express()
  app.disable('x-powered-by')
  installHealth(app, readiness)
  return { app, server: http.createServer(app) }
}
