// The one way to the server. Its paths, questions and answers are those of the OpenAPI document (schema.ts is made from
// it before each build), and what it refuses is thrown as a Refusal: in the server's own words.

import createClient from "openapi-fetch";
import type { Problem, paths } from "./schema";

/** What the server refused, or that it does not answer (`status` 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `the server answered ${status}`);
    this.name = "Refusal";
    this.status = status;
    this.problem = problem;
  }

  /** What would be right. */
  get right(): string {
    return this.problem.right ?? "";
  }

  /** Where it is wrong. */
  get where(): string {
    return this.problem.where ?? "";
  }

  /** Whether nobody answered at all. */
  get lost(): boolean {
    return this.status === 0;
  }
}

export const LOST = new Refusal(0, {
  detail: "The server does not answer",
  right: "Start it again: python backtest_file_api_server.py. This page goes on by itself.",
});

/** Whether an error says that nobody answered. */
export function isLost(error: unknown): boolean {
  return error instanceof Refusal && error.lost;
}

let key: string | null = null;
let ahead = 0;

/** The key that requests carry from now on. */
export function sendKey(newKey: string | null): void {
  key = newKey;
}

/** Whether a text can be a key: what else there is cannot be sent in a header. */
export function canBeKey(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}

/** The time on the server's clock, in milliseconds since 1970: whatever this machine's clock says. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** A request with the key, where there is one. */
export function withKey(request: Request): Request {
  if (key !== null) request.headers.set("Authorization", `Bearer ${key}`);
  return request;
}

/** Ask the server: with the key, and with its errors told apart. */
export async function ask(request: Request): Promise<Response> {
  const answer = await fetch(withKey(request)).catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw LOST;
  });
  noteClock(answer.headers.get("Date"));
  const problem = (answer.headers.get("Content-Type") ?? "").startsWith("application/problem+json");
  if (answer.status >= 502 && answer.status <= 504 && !problem) throw LOST; // a proxy in between answers for it
  const body = await answer.arrayBuffer().catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw damaged(answer.status);
  });
  const empty = answer.status === 204 || answer.status === 304;
  return new Response(empty ? null : body, { status: answer.status, headers: answer.headers });
}

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: ask });

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What was answered; throws a Refusal for anything but success. */
export async function answerOf<Data>(asked: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await asked.catch((reason: unknown) => {
    throw reason instanceof SyntaxError ? damaged(200) : reason;
  });
  if (response.ok && data !== undefined) return data;
  throw new Refusal(response.status, isProblem(error) ? error : { detail: textOf(error) });
}

function damaged(status: number): Refusal {
  return new Refusal(status, {
    detail: "What the server has stored here is damaged and cannot be read",
    right: "Run it again, or clear it: the other results are not touched",
  });
}

function noteClock(date: string | null): void {
  const told = Date.parse(date ?? "");
  if (!Number.isNaN(told) && Math.abs(told - serverNow()) > 1500) ahead = told - Date.now();
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "detail" in error;
}

function textOf(error: unknown): string {
  return typeof error === "string" && error !== "" ? error.slice(0, 300) : "the server gave no reason";
}
