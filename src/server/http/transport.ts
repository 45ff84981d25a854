import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Request, RequestHandler, Response } from 'express'
import { HttpRefusal } from './errors.ts'
import { factsOf } from './request.ts'

/** A set of addresses, each alone or as a block: 10.0.0.5, 10.0.0.0/8, fd00::/8. */
export function addressSet(entries: readonly string[]): (address: string | undefined) => boolean {
  const list = new net.BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    const family = net.isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return (address) =>
    address !== undefined && list.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4')
}

export const isLoopback = addressSet(['127.0.0.0/8', '::1'])

/** Proxies say so, each in its way. */
const forwarding = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-real-ip',
] as const

/** How a request reached us. What a header says of it is believed from listed proxies only. */
export interface Transport {
  trusts(address: string | undefined): boolean
  isSecure(request: IncomingMessage): boolean
  isLocal(request: IncomingMessage): boolean
  /** The origin that the caller sees us at, for example https://fluence.example. */
  originOf(request: IncomingMessage): string
}

export function makeTransport(proxies: readonly string[]): Transport {
  const trusts = addressSet(proxies)
  const said = (request: IncomingMessage, name: string) => {
    if (!trusts(request.socket.remoteAddress)) return undefined
    const value = request.headers[name]
    return (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim()
  }
  const isSecure = (request: IncomingMessage) =>
    (request.socket as TLSSocket).encrypted === true ||
    said(request, 'x-forwarded-proto') === 'https'
  return {
    trusts,
    isSecure,
    isLocal: (request) =>
      isLoopback(request.socket.remoteAddress) &&
      forwarding.every((name) => request.headers[name] === undefined),
    originOf: (request) => {
      const host = said(request, 'x-forwarded-host') ?? request.headers.host ?? ''
      return `${isSecure(request) ? 'https' : 'http'}://${host.toLowerCase()}`
    },
  }
}

/** Probes come from an orchestrator that knows only address and port. */
const openToAll = new Set(['/healthz', '/readyz'])

/**
 * In production nothing is served in the clear but to this machine itself. Who only reads is sent
 * to the public address; anything else has sent already what it should not have, and is told so.
 */
export function requireSecure(publicUrl: string | undefined): RequestHandler {
  return (request: Request, response: Response, next) => {
    const { secure, local } = factsOf(request) ?? {}
    if (secure || local || openToAll.has(request.path)) return next()
    const { method, originalUrl } = request
    // A path only: a whole address would be glued to ours.
    const reads = (method === 'GET' || method === 'HEAD') && originalUrl.startsWith('/')
    if (!reads || publicUrl?.startsWith('https:') !== true) throw new HttpRefusal('https_required')
    response.redirect(308, publicUrl + originalUrl)
  }
}
