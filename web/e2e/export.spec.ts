// A run and a day saved as files, as a person does it: what is in them is what the page shows.

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { resultAddress } from "./server";
import { expect, paiseOf, test } from "./serving";

test.use({ serving: { name: "export", runs: [{ from: "2024-10-01", to: "2024-10-11" }] } });

async function saved(page: Page): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the file" }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "latin1") };
}

function column(text: string, name: string): string[] {
  const [head, ...rows] = text.trim().split("\r\n");
  const at = (head ?? "").split(",").indexOf(name);
  return rows.map((row) => row.split(",")[at] ?? "");
}

test("a run is saved as a workbook, as CSV of some of its days, and as a report", async ({
  page,
  server,
}) => {
  await page.goto(resultAddress());
  await page.getByRole("button", { name: "Export" }).click();
  const cut = await page.getByRole("dialog").evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(cut).toBe(0);
  const book = await saved(page);
  expect(book.name).toBe("two-sided-rsi-with-re-entries_2024-10-01_2024-10-11.xlsx");
  expect(book.text.slice(0, 2)).toBe("PK");
  const overall = server.metadata().overall_summary;
  await expect(page.getByTestId("exported")).toContainText(`${overall.total_positions} trades`);

  await page.getByLabel("Format").selectOption("CSV");
  await page.getByLabel("Table").selectOption("Days");
  const days = await saved(page);
  const pnl = column(days.text, "pnl").filter((cell) => cell !== "");
  expect(pnl.reduce((total, cell) => total + paiseOf(Number(cell)), 0)).toBe(paiseOf(overall.total_pnl));

  await page.getByLabel("First day").fill("2024-10-07");
  await page.getByLabel("Positions that").selectOption("lost, before charges");
  await page.getByLabel("Table").selectOption("Trades");
  const lost = await saved(page);
  expect(lost.name).toBe("two-sided-rsi-with-re-entries_2024-10-07_2024-10-11_trades_filtered.csv");
  expect(column(lost.text, "pnl").every((cell) => Number(cell) < 0)).toBe(true);
  expect(column(lost.text, "date").every((cell) => cell >= "2024-10-07")).toBe(true);

  await page.getByLabel("Leg").fill("nobody");
  await saved(page);
  await expect(page.getByTestId("exported")).toContainText("no trade passes");

  await page.getByLabel("Leg").fill("");
  await page.getByLabel("Format").selectOption("Report (HTML)");
  await expect(page.getByLabel("Table")).toHaveCount(0);
  const report = await saved(page);
  expect(report.name).toMatch(/_filtered\.html$/);
  expect(report.text).toContain("Calendar of profit");
});

test("a day is saved, and what is refused is said in the dialog", async ({ page, server, watched }) => {
  const day = server.day("03-10-2024");
  await page.goto(`${resultAddress()}/03-10-2024`);
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByLabel("First day")).toHaveCount(0);
  await page.getByLabel("Format").selectOption("CSV");
  const file = await saved(page);
  expect(file.name).toBe("two-sided-rsi-with-re-entries_2024-10-03_trades.csv");
  const pnl = column(file.text, "pnl").map((cell) => paiseOf(Number(cell)));
  expect(pnl.reduce((total, each) => total + each, 0)).toBe(paiseOf(day.summary.total_pnl));

  watched.expected.push(/status of 503/);
  await page.route("**/export/**", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({
        detail: "8 exports are asked for already",
        right: "ask again in a few seconds",
      }),
    }),
  );
  await page.getByRole("button", { name: "Save the file" }).click();
  await expect(page.getByText("8 exports are asked for already")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the report needs nothing else and asks for nothing (${colorScheme})`, async ({ page, server }) => {
    const answer = await page.request.get(
      `${server.url}/api/v1/backtest/export/${resultAddress().replace(/^\/r\//, "")}?format=html`,
    );
    expect(answer.ok()).toBe(true);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.emulateMedia({ colorScheme });
    await page.setContent(await answer.text());
    await expect(page.getByRole("heading", { name: "Equity curve" })).toBeVisible();
    await expect(page.locator("svg polyline")).toHaveCount(2);
    const total = server.metadata().overall_summary.total_positions;
    await expect(page.locator("tr.trade")).toHaveCount(total);
    expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([]);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(15, 18, 23)");
    await page.emulateMedia({ media: "print", colorScheme });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
  });
}
