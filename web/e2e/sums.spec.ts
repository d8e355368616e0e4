// The numbers on every screen are the files'.

import { resultAddress } from "./server";
import { expect, paise, paiseOf, test } from "./serving";

test.use({ serving: { name: "sums", runs: [{ from: "2024-10-01", to: "2024-11-30" }] } });

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

test("months are the sum of their days, the header the sum of the months, and all of it the fold of the trades", async ({
  page,
  server,
}) => {
  const run = server.metadata();
  await page.goto(resultAddress());
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  const header = paise(await page.getByTestId("total-pnl").textContent());

  const rows = page.locator("tr[data-day]");
  await expect(rows).toHaveCount(run.daily_summaries.length);
  const shown = new Map<string, number>();
  for (const row of await rows.all()) {
    const cell = await row.locator("td").nth(2).textContent();
    shown.set((await row.getAttribute("data-day")) ?? "", cell === "–" ? 0 : paise(cell));
  }
  const months = page.locator("table[data-month]");
  await expect(months).toHaveCount(2);
  let ofMonths = 0;
  for (const month of await months.all()) {
    const name = (await month.getAttribute("data-month")) ?? "";
    const total = paise(await page.getByTestId(`month-${name}`).textContent());
    const [year, number] = name.split("-");
    expect(
      sum([...shown].filter(([day]) => day.endsWith(`${number}-${year}`)).map(([, amount]) => amount)),
    ).toBe(total);
    ofMonths += total;
  }
  expect(ofMonths).toBe(header);
  expect(header).toBe(paiseOf(run.overall_summary.total_pnl));
  for (const [date, amount] of shown) {
    expect(amount).toBe(sum(server.day(date).trades.map((trade) => paiseOf(trade.pnl))));
  }
  const labels = await page
    .locator("a[data-status]")
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("aria-label") ?? ""));
  expect(sum(labels.map((label) => paise(label)))).toBe(header);
});

for (const width of [360, 768, 1280]) {
  test(`no number of the calendar or the headline is cut off at a width of ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(resultAddress());
    await expect(page.locator("a[data-status]").first()).toBeVisible();
    const cut = await page.evaluate(() => {
      const boxes = document.querySelectorAll("a[data-status], table[data-month] caption, dl dd");
      return [...boxes].flatMap((box) => {
        const outer = box.getBoundingClientRect();
        const range = document.createRange();
        range.selectNodeContents(box);
        const text = range.getBoundingClientRect();
        const inside = text.left >= outer.left - 1 && text.right <= outer.right + 1 && text.width > 0;
        return inside && outer.right <= window.innerWidth ? [] : [box.textContent];
      });
    });
    expect(cut).toEqual([]);
  });
}

test("a day's header, its table and its positions are the file's", async ({ page, server }) => {
  const day = server.day("03-10-2024");
  await page.goto(`${resultAddress()}/03-10-2024`);
  expect(paise(await page.getByTestId("day-pnl").textContent())).toBe(paiseOf(day.summary.total_pnl));
  expect(paise(await page.getByTestId("positions-total").textContent())).toBe(paiseOf(day.summary.total_pnl));
  const rows = page.locator("tbody tr[data-trade]");
  await expect(rows).toHaveCount(day.positions.length);
  const texts = await rows.allTextContents();
  expect(texts.map((text) => paise(text))).toEqual(day.positions.map((position) => paiseOf(position.pnl)));

  await page.getByLabel("Search positions").fill("PE");
  const puts = day.positions.filter((position) => position.option_type === "PE");
  await expect(rows).toHaveCount(puts.length);
  expect(paise(await page.getByTestId("positions-total").textContent())).toBe(
    sum(puts.map((position) => paiseOf(position.pnl))),
  );
});

test("statistics are on the files' net profit, and what is a share of a capital waits for one", async ({
  page,
  server,
}) => {
  const run = server.metadata();
  await page.goto(resultAddress());
  await page.getByText("on net profit, each with its definition").click();
  const valueAt = (name: string) => page.locator(`tr[data-statistic="${name}"] td`).first();
  await expect(valueAt("net")).toHaveText(/₹/);
  expect(paise(await valueAt("net").textContent())).toBe(paiseOf(run.overall_summary.net_pnl));
  expect(paise(await valueAt("charges").textContent())).toBe(paiseOf(run.overall_summary.charges));
  for (const share of ["return", "intraday_drawdown_percent"]) {
    await expect(page.locator(`tr[data-statistic="${share}"]`)).toContainText("no capital is stated");
  }
  for (const day of ["intraday_drawdown_from", "intraday_drawdown_lowest"]) {
    await expect(valueAt(day)).toHaveText(/\d Oct 2024$/);
  }
  await page.getByLabel("Capital in rupees").fill("150000");
  await expect(valueAt("return")).toHaveText(
    `${((100 * run.overall_summary.net_pnl) / 150_000).toFixed(2)} %`,
  );
  await expect(valueAt("intraday_drawdown_percent")).toHaveText(/^-\d+\.\d\d %$/);
  await page.getByLabel("Round trips by", { exact: true }).selectOption("option_type");
  const nets = await page
    .locator("table", { has: page.getByRole("columnheader", { name: "Round trips" }) })
    .locator("tbody tr td:last-child")
    .allTextContents();
  expect(nets).toHaveLength(2);
  expect(sum(nets.map((net) => paise(net)))).toBe(paiseOf(run.overall_summary.net_pnl));
});

test("a list of results has each run's total", async ({ page, server }) => {
  await page.goto("/");
  await expect(page.getByRole("article")).toHaveCount(1);
  expect(paise(await page.getByRole("article").textContent())).toBe(
    paiseOf(server.metadata().overall_summary.total_pnl),
  );
});

test("times are the exchange's, though the browser is in New York", async ({ page, server }) => {
  const position = server.day("03-10-2024").positions[0];
  await page.goto(`${resultAddress()}/03-10-2024`);
  const first = page.locator("tbody tr[data-trade]").first();
  await expect(first).toContainText(position?.entry_time.slice(11) ?? "none");
  await page.goto(resultAddress());
  await expect(page.getByText(/expires in .+ \(\d+ \w+ \d{4}/)).toContainText(
    server.metadata().created_at.slice(11, 16),
  );
});

test("a run made again is the same bytes; a file that was changed is named, with the place and a way there", async ({
  page,
  server,
}) => {
  await page.goto(resultAddress());
  await page.getByRole("button", { name: "Verify" }).click();
  const days = server.metadata().daily_summaries.filter((day) => day.has_data).length;
  await expect(page.getByTestId("verified")).toHaveText(`All ${days} days made again are the same bytes. `, {
    timeout: 30_000,
  });
  const day = server.day("01-10-2024");
  const putBack = server.replaceDay("01-10-2024", { ...day, source: "elsewhere" });
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByTestId("verified")).toContainText(`${days - 1} of ${days} days`, {
    timeout: 30_000,
  });
  const row = page.getByTestId("verified").getByRole("row").nth(1);
  await expect(row).toContainText("source: elsewhere stored, synthetic:1 now");
  await row.getByRole("link").click();
  await expect(page).toHaveURL(/01-10-2024$/);
  putBack();
});
