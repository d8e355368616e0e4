// How fast views are there, in a browser that has never seen the page: for `make bench`, which starts the server.
// STRIKEBOOK_BARS has the server's address, the address of a result and of a day in it; what was measured is printed as
// one line of JSON, in milliseconds.

import { type Browser, expect, test } from "@playwright/test";

const ROUNDS = 7;

interface Bars {
  url: string;
  result: string;
  day: string;
  days: number;
  positions: number;
}

interface Round {
  calendar: number;
  first: number;
  again: number;
}

test("how fast the views are", async ({ browser }) => {
  test.skip(process.env.STRIKEBOOK_BARS === undefined, "`make bench` measures this");
  const bars = JSON.parse(process.env.STRIKEBOOK_BARS ?? "{}") as Bars;
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measured(browser, bars));
  const middle = (name: keyof Round) => rounds.map((each) => each[name]).sort((a, b) => a - b)[ROUNDS >> 1];
  process.stdout.write(
    `BARS ${JSON.stringify({ calendar: middle("calendar"), first: middle("first"), again: middle("again") })}\n`,
  );
});

async function measured(browser: Browser, bars: Bars): Promise<Round> {
  const context = await browser.newContext({ baseURL: bars.url });
  const page = await context.newPage();
  await page.addInitScript(
    ({ days, positions }) => {
      const seen = window as unknown as { calendarAt?: number; dayAt?: number };
      const look = () => {
        if (document.querySelectorAll("a[data-status]").length >= days) seen.calendarAt ??= performance.now();
        const rows = document.querySelectorAll("tr[data-trade]").length >= positions;
        const drawn = document.querySelector("[role=img] canvas") !== null;
        if (rows && drawn) seen.dayAt ??= performance.now();
        requestAnimationFrame(look);
      };
      look();
    },
    { days: bars.days, positions: bars.positions },
  );
  await page.goto(bars.result);
  const calendar = await page.waitForFunction(() => (window as { calendarAt?: number }).calendarAt);
  const opened = async () => {
    await page.locator(`a[data-status][href="${bars.day}"]`).first().scrollIntoViewIfNeeded();
    await page.waitForLoadState("networkidle");
    const took = page.evaluate(async (address) => {
      const seen = window as unknown as { dayAt?: number | undefined };
      seen.dayAt = undefined;
      const begun = performance.now();
      document.querySelector<HTMLElement>(`a[data-status][href="${address}"]`)?.click();
      while (seen.dayAt === undefined) await new Promise((resolve) => requestAnimationFrame(resolve));
      return seen.dayAt - begun;
    }, bars.day);
    return took;
  };
  const first = await opened();
  await page.goBack();
  await expect(page.locator("a[data-status]").first()).toBeVisible();
  const again = await opened();
  const calendarAt = Number(await calendar.jsonValue());
  await context.close();
  return { calendar: calendarAt, first, again };
}
