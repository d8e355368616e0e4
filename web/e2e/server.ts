// A real server on a folder of its own, and the data it serves.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Day, Metadata, Status } from "../src/api/schema";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");
const PROGRAM = join(ROOT, ".venv", "bin", "strikebook");

export const API = "/api/v1/backtest";
export const USER = "user_123";
export const RSI = "5708424d-5962-4629-978c-05b3a174e104";

export interface RunAsked {
  user?: string;
  strategy?: string;
  from: string;
  to: string;
}

export class Server {
  readonly folder: string;
  readonly port: number;
  private readonly settings: Record<string, string>;
  private process: ChildProcess | null = null;

  private constructor(folder: string, port: number, settings: Record<string, string>) {
    this.folder = folder;
    this.port = port;
    this.settings = settings;
  }

  /** Start one with the examples and the strategies of these tests; `settings` are variables without their prefix. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(mkdtempSync(join(tmpdir(), "strikebook-")), await freePort(), settings);
    cpSync(join(ROOT, "examples"), join(server.folder, "examples"), { recursive: true });
    for (const name of ["opposite-legs", "never", "hostile", "parts"]) {
      cpSync(strategyFile(name), join(server.folder, "examples", `${name}.json`));
    }
    await server.begin();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Begin, or begin again on the same folder and port. */
  async begin(): Promise<void> {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith("STRIKEBOOK_")),
    );
    const settings = {
      MARKET: "synthetic",
      RESULTS: "results",
      STRATEGIES: "strategies",
      EXAMPLES: "examples",
      WORKERS: "2",
      LOG: "log.jsonl",
      ...this.settings,
    };
    for (const [name, value] of Object.entries(settings)) environment[`STRIKEBOOK_${name}`] = value;
    this.process = spawn(PROGRAM, ["serve", "--port", String(this.port)], {
      cwd: this.folder,
      env: environment,
      stdio: "ignore",
    });
    const giveUp = Date.now() + 30_000;
    while (!(await fetch(`${this.url}/health`).catch(() => null))?.ok) {
      if (Date.now() > giveUp) throw new Error(`the server on port ${this.port} did not start`);
      await sleep(50);
    }
  }

  /** Kill it: it says goodbye to nobody. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.process?.once("exit", resolve));
    this.process?.kill("SIGKILL");
    await ended;
    this.process = null;
  }

  /** End it and remove its folder. */
  async end(): Promise<void> {
    if (this.process !== null) {
      const ended = new Promise((resolve) => this.process?.once("exit", resolve));
      this.process.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Submit a run and return its job. */
  async submit({ user = USER, strategy = RSI, from, to }: RunAsked): Promise<string> {
    const body = JSON.stringify({ user_id: user, strategy_id: strategy, start_date: from, end_date: to });
    const answer = await fetch(`${this.url}${API}/run`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    });
    if (!answer.ok) throw new Error(await answer.text());
    return ((await answer.json()) as { job_id: string }).job_id;
  }

  /** Submit a run and wait until it has ended. */
  async run(asked: RunAsked): Promise<Status> {
    const job = await this.submit(asked);
    for (;;) {
      const status = (await (await fetch(`${this.url}${API}/status/${job}`)).json()) as Status;
      if (status.status !== "queued" && status.status !== "running") return status;
      await sleep(50);
    }
  }

  /** A run's metadata as its file has it. */
  metadata(strategy = RSI, user = USER): Metadata {
    return JSON.parse(readFileSync(join(this.folder, "results", user, strategy, "metadata.json"), "utf8"));
  }

  /** A day as its file has it. */
  day(date: string, strategy = RSI, user = USER): Day {
    const file = join(this.folder, "results", user, strategy, `${date}.json.gz`);
    return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
  }

  /** Put another document in place of a stored day; the answer puts the old one back. */
  replaceDay(date: string, made: unknown, strategy = RSI, user = USER): () => void {
    const file = join(this.folder, "results", user, strategy, `${date}.json.gz`);
    const before = readFileSync(file);
    writeFileSync(file, gzipSync(JSON.stringify(made)));
    return () => writeFileSync(file, before);
  }

  /** Make a key, as an administrator does. */
  makeKey(user: string): string {
    const made = execFileSync(
      PROGRAM,
      ["keys", "add", "--user", user, "--results", join(this.folder, "results")],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    return made.trim();
  }
}

/** A folder of five stored days from 1 October 2024, of which the second has no file and the third is damaged. */
export function makeBrokenMarket(): string {
  const folder = mkdtempSync(join(tmpdir(), "strikebook-market-"));
  mkdirSync(folder, { recursive: true });
  execFileSync(PROGRAM, ["data", "demo", "--from", "2024-10-01", "--days", "5", "--to", folder], {
    stdio: "ignore",
  });
  rmSync(join(folder, "NIFTY", "2024-10-03.parquet"));
  writeFileSync(join(folder, "NIFTY", "2024-10-04.parquet"), "damaged");
  return folder;
}

export function strategyFile(name: string): string {
  return join(HERE, "strategies", `${name}.json`);
}

export function resultAddress(strategy = RSI, user = USER): string {
  return `/r/${user}/${strategy}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const found = createServer();
    found.once("error", reject);
    found.listen(0, "127.0.0.1", () => {
      const address = found.address();
      found.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
