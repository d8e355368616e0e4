// The one way to the server. Its paths, questions and answers are those of the OpenAPI document (schema.ts is made from
// it before each build), and what it refuses is thrown as a Refusal: in the server's own words.

import createClient, { type Middleware } from "openapi-fetch";
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

let key: string | null = null;

/** The key that requests carry from now on. */
export function sendKey(newKey: string | null): void {
  key = newKey;
}

/** The headers of a request that is not made by `api`. */
export function requestHeaders(): Record<string, string> {
  return key === null ? {} : { Authorization: `Bearer ${key}` };
}

const withKey: Middleware = {
  onRequest({ request }) {
    if (key !== null) request.headers.set("Authorization", `Bearer ${key}`);
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(withKey);

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What was answered; throws a Refusal for anything but success. */
export async function answerOf<Data>(asked: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await asked.catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw LOST;
  });
  if (response.ok && data !== undefined) return data;
  const problem = isProblem(error) ? error : { detail: textOf(error) };
  if (response.status >= 502 && !isProblem(error)) throw LOST; // a proxy in between answers for it
  throw new Refusal(response.status, problem);
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "detail" in error;
}

function textOf(error: unknown): string {
  return typeof error === "string" && error !== "" ? error.slice(0, 300) : "the server gave no reason";
}
