// Tests with a server that all tests of a file share, and with a watch on what the page asks for and what goes wrong in it.

import { test as base, expect, type Page } from "@playwright/test";
import { type RunAsked, Server } from "./server";

interface Watched {
  /** Errors of the page, and what its policy refused. */
  errors: string[];
  /** Errors that a test means to see. */
  expected: RegExp[];
  /** Every address that was asked for. */
  asked: string[];
}

/** How the server of a file is started, and what is run on it before the first test. */
interface Serving {
  /** Files with the same name share a server; so each has its own. */
  name: string;
  settings?: Record<string, string>;
  runs?: RunAsked[];
}

interface Shared {
  serving: Serving;
  server: Server;
}

export const test = base.extend<{ watched: Watched }, Shared>({
  serving: [{ name: "" }, { scope: "worker", option: true }],
  server: [
    async ({ serving }, use) => {
      const server = await Server.start(serving.settings);
      for (const asked of serving.runs ?? []) await server.run(asked);
      await use(server);
      await server.end();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  watched: [
    async ({ page, server }, use) => {
      const watched = watch(page);
      await use(watched);
      const foreign = watched.asked.filter(
        (url) => !url.startsWith(server.url) && !url.startsWith("data:") && !url.startsWith("blob:"),
      );
      expect(foreign, "nothing is asked of another host").toEqual([]);
      const unexpected = watched.errors.filter((text) => !watched.expected.some((each) => each.test(text)));
      expect(unexpected, "nothing goes wrong in the page, and its policy refuses nothing").toEqual([]);
    },
    { auto: true },
  ],
});

/** What the browser says of an answer that is no success: the page shows it, so it is no error of the page. */
const ANSWERED =
  /^Failed to load resource: the server responded with a status of \d+|^Failed to load resource: net::ERR_(CONNECTION|SOCKET|EMPTY|INCOMPLETE)_\w+/;

function watch(page: Page): Watched {
  const watched: Watched = { errors: [], expected: [], asked: [] };
  page.on("request", (request) => watched.asked.push(request.url()));
  page.on("pageerror", (error) => watched.errors.push(String(error)));
  page.on("console", (message) => {
    const bad = message.type() === "error" || message.type() === "warning";
    if (bad && !ANSWERED.test(message.text())) watched.errors.push(message.text());
  });
  return watched;
}

/** The amount of paise that a text of rupees says. */
export function paise(text: string | null): number {
  const found = /([+−-]?)\s*₹([\d,]+)\.(\d\d)/.exec(text ?? "");
  if (found === null) throw new Error(`no rupees in ${text}`);
  const size = Number(found[2]?.replaceAll(",", "")) * 100 + Number(found[3]);
  return found[1] === "−" || found[1] === "-" ? -size : size;
}

export function paiseOf(rupees: number): number {
  return Math.round(rupees * 100);
}

export { expect };
