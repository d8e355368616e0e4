// The four kinds of day, and a run that is gone.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeBrokenMarket, RSI, resultAddress } from "./server";
import { expect, paise, test } from "./serving";

const market = makeBrokenMarket();
const RANGE = { from: "2024-10-01", to: "2024-10-08" };

test.use({
  serving: {
    name: "days",
    settings: { MARKET: market },
    runs: [RANGE, { ...RANGE, strategy: "opposite-legs" }, { ...RANGE, strategy: "never" }],
  },
});
// Not after all tests: those of a file may come in turns, with the server of the first.
process.on("exit", () => rmSync(market, { recursive: true, force: true }));

test("each kind of day looks different, without colour too, and each can be opened", async ({ page }) => {
  await page.goto(resultAddress());
  const cell = (status: string) => page.locator(`a[data-status="${status}"]`);
  await expect(cell("traded")).toHaveCount(3);
  await expect(cell("no_data")).toHaveText(/3no data/);
  await expect(cell("failed")).toHaveText(/4failed/);
  await expect(page.locator('tr[data-day="04-10-2024"]')).toContainText("not a readable Parquet file");

  await cell("failed").click();
  await expect(page.getByText("This day failed")).toBeVisible();
  await expect(page.getByTestId("reason")).toContainText("not a readable Parquet file");
  await page.reload();
  await expect(page.getByText("This day failed")).toBeVisible();
  await page.goBack();

  await cell("no_data").click();
  await expect(page.getByText("There is no data of this day")).toBeVisible();
  await page.getByRole("link", { name: "Tue 1 Oct 2024" }).click();
  await expect(page.getByTestId("day-pnl")).toBeVisible();
});

test("a day on which nothing traded says why, signal by signal", async ({ page }) => {
  await page.goto(resultAddress("never"));
  await expect(page.locator('a[data-status="no_trades"]')).toHaveCount(3);
  await page.locator('a[data-status="no_trades"]').first().click();
  await expect(page.getByText("No position was opened on this day")).toBeVisible();
  await page.getByRole("link", { name: /^why not Never/ }).click();
  await expect(page.locator('[data-leaf="0"]')).toContainText("Current Time >= 09:30");
  await expect(page.locator("[data-leaf]")).toHaveCount(2);
  await expect(page.getByText("and fired 0 times")).toBeVisible();
});

test("a day that traded for nothing shows a profit of zero, which is neither a loss nor no trade", async ({
  page,
  server,
}) => {
  await page.goto(resultAddress("opposite-legs"));
  const traded = page.locator('a[data-status="traded"]');
  await expect(traded).toHaveCount(3);
  await expect(traded.first()).toHaveText("10");
  await expect(traded.first()).toHaveAttribute("aria-label", "Tuesday 1 October 2024: ₹0.00, 2 positions");
  await traded.first().click();
  expect(paise(await page.getByTestId("day-pnl").textContent())).toBe(0);
  expect(
    server
      .day("01-10-2024", "opposite-legs")
      .positions.map((position) => position.pnl)
      .sort(),
  ).not.toEqual([0, 0]);
});

test("a day of the calendar that the run did not have, and a date that is none, say what there is", async ({
  page,
}) => {
  await page.goto(`${resultAddress()}/02-10-2024`);
  await expect(page.getByText("not a day of this run")).toBeVisible();
  await expect(page.getByText("Nearest days")).toBeVisible();
  await page.goto(`${resultAddress()}/yesterday`);
  await expect(page.getByRole("alert")).toContainText("DD-MM-YYYY");
  await page.goto(`${resultAddress()}/01-10-2024/no-such-trade`);
  await expect(page.getByText("No position no-such-trade on this day")).toBeVisible();
});

test("results that have expired say so, and how to run them again", async ({ page, server }) => {
  const user = "short-lived";
  await server.run({ ...RANGE, user });
  await page.goto(resultAddress(undefined, user));
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  const cleaned = await fetch(
    `${server.url}/api/v1/backtest/clear/${user}/5708424d-5962-4629-978c-05b3a174e104`,
    { method: "DELETE" },
  );
  expect(cleaned.ok).toBe(true);
  await page.reload();
  await expect(page.getByText("There are no results of this strategy")).toBeVisible();
  await expect(page.getByText(/Its last run \(bt_\w+\) ended .*: completed. Results expire/)).toBeVisible();
  await page.getByRole("link", { name: "Run it" }).click();
  await expect(page.getByRole("heading", { name: `Run a backtest for ${user}` })).toBeVisible();
  await expect(page.getByLabel("From")).toHaveValue("2024-10-01");
});

test("results that are damaged say so where they are listed, and can be cleared", async ({
  page,
  server,
}) => {
  const user = "damaged";
  await server.run({ ...RANGE, user, strategy: "never" });
  writeFileSync(join(server.folder, "results", user, "never", "metadata.json"), "{ no json");
  await page.goto(`/r/${user}`);
  await expect(page.getByText("These results cannot be read")).toBeVisible();
  await page.getByRole("link", { name: "never" }).click();
  await expect(page.getByRole("alert")).toContainText("damaged and cannot be read");
  await page.goBack();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: "Clear all days" }).click();
  await expect(page.getByText(`${user} has no results`)).toBeVisible();
});

test("a day whose file is damaged says so, and its neighbours are there", async ({
  page,
  server,
  watched,
}) => {
  watched.expected.push(/net::ERR_CONTENT_DECODING_FAILED/); // the stored bytes are sent as they are
  const user = "bad-day";
  await server.run({ ...RANGE, user });
  writeFileSync(join(server.folder, "results", user, RSI, "01-10-2024.json.gz"), "damaged");
  await page.goto(`${resultAddress(RSI, user)}/01-10-2024`);
  await expect(page.getByRole("alert")).toContainText(/damaged|cannot be read/);
  await page.getByRole("link", { name: "Day after" }).click();
  await expect(page.getByText("There is no data of this day")).toBeVisible();
});
