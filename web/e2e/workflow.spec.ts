// The brief's workflow as a trader goes through it, with a reload at each step.

import { RSI, resultAddress, USER } from "./server";
import { expect, paise, paiseOf, test } from "./serving";

test.use({ serving: { name: "workflow" } });

test("a trader runs a strategy, watches it, reads the calendar, a day, a position, and why another did not come", async ({
  page,
  server,
}) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: `Results of ${USER}` })).toBeVisible();
  await expect(page.getByText("has no results")).toBeVisible();

  await page.getByRole("link", { name: "Run a backtest" }).first().click();
  await page.getByLabel("Strategy", { exact: true }).selectOption({ label: "Two-sided RSI with re-entries" });
  await page.getByLabel("From").fill("2024-10-01");
  await page.getByLabel("to", { exact: true }).fill("2024-12-31");
  await expect(page.getByTestId("days-within")).toHaveText("62 days of NIFTY with data");
  await page.getByRole("button", { name: "Run backtest" }).click();

  await expect(page).toHaveURL(resultAddress());
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByTestId("percentage")).toHaveText(/\d+\.\d %/);
  await expect(page.locator('a[data-status="traded"]').first()).toBeVisible(); // the calendar fills while it runs
  await page.reload();
  await expect(page.getByRole("heading", { name: "Two-sided RSI with re-entries" })).toBeVisible();
  await expect(page.getByRole("progressbar")).toBeHidden({ timeout: 30_000 });
  await expect(page.locator('a[data-status="traded"]')).toHaveCount(
    server.metadata().overall_summary.traded_days,
  );

  await page.getByRole("link", { name: /^Tuesday 1 October 2024/ }).click();
  await expect(page).toHaveURL(`${resultAddress()}/01-10-2024`);
  await page.reload();
  const day = server.day("01-10-2024");
  const rows = page.locator("tbody tr[data-trade]");
  await expect(rows).toHaveCount(day.positions.length);
  await expect(page.getByRole("img", { name: /NIFTY, candles of 1m/ })).toBeVisible();

  await rows.first().click();
  await expect(page).toHaveURL(/trade=/);
  await expect(rows.first()).toHaveAttribute("aria-selected", "true");
  await page.getByRole("link", { name: "why", exact: true }).click();
  const position = day.positions[0];
  if (position === undefined) throw new Error("the day has a position");
  await expect(page).toHaveURL(`${resultAddress()}/01-10-2024/${position.trade_id}`);
  await page.reload();
  await expect(page.getByRole("tab", { name: /^Entry/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator("[data-condition]")).toHaveCount(
    position.diagnostic_data.conditions_evaluated.length,
  );
  await expect(page.getByText(position.diagnostic_data.substituted_text, { exact: true })).toBeVisible();
  await expect(page.locator('[data-lit="true"]').first()).toBeVisible();
  await page.getByRole("tab", { name: /^Exit/ }).click();
  await expect(page).toHaveURL(/tab=exit/);
  await page.reload();
  await expect(page.getByRole("tab", { name: /^Exit/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator("[data-condition]")).toHaveCount(
    position.exit_diagnostic_data?.conditions_evaluated.length ?? -1,
  );

  await page
    .getByRole("navigation", { name: "Where this is" })
    .getByRole("link", { name: "Tue 1 Oct 2024" })
    .click();
  await page.getByRole("link", { name: /^why not more Bullish/ }).click();
  await expect(page).toHaveURL(`${resultAddress()}/01-10-2024/why/bullish-signal`);
  await page.reload();
  const signal = day.signals.find((each) => each.node_id === "bullish-signal");
  await expect(page.locator("[data-leaf]")).toHaveCount(signal?.sets[0]?.leaves.length ?? -1);
  await page
    .getByRole("link", { name: /^on the chart at/ })
    .first()
    .click();
  await expect(page).toHaveURL(/at=2024-10-01T09%3A17%3A21/);
  await page.reload();
  await expect(page.getByText("at 09:17:21")).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(`${resultAddress()}/01-10-2024/why/bullish-signal`);

  await page.goto(resultAddress());
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("button", { name: "Keep them" }).click();
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("button", { name: "Clear all days" }).click();
  await expect(page).toHaveURL(`/r/${USER}`);
  await expect(page.getByText("has no results")).toBeVisible();
});

test("a second run says which one is in the way, and it can be cancelled from there; finished days stay, and it goes on", async ({
  page,
  server,
}) => {
  test.slow(); // the machine is at work on ten years meanwhile
  const user = "busy";
  await server.submit({ user, from: "2019-01-01", to: "2028-12-31" });
  await page.goto("/");
  await page.getByRole("button", { name: /User/ }).click();
  await page.getByRole("textbox", { name: "User" }).fill(user);
  await page.getByRole("button", { name: "Go on as this user" }).click();
  await expect(page.getByRole("heading", { name: `Results of ${user}` })).toBeVisible();
  await page.goto("/run?strategy=iron-condor&from=2024-10-01&to=2024-10-31");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await expect(page.getByText("Job already running.")).toBeVisible();
  await page.getByRole("link", { name: RSI }).click();
  await expect(page).toHaveURL(resultAddress(RSI, user));
  await expect(page.locator('a[data-status="traded"]').first()).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("This run was cancelled")).toBeVisible({ timeout: 30_000 });
  const kept = server.metadata(RSI, user).daily_summaries.filter((day) => day.has_data).length;
  expect(kept).toBeGreaterThan(0);
  await expect(page.locator('a[data-status="traded"], a[data-status="no_trades"]')).toHaveCount(kept);
  await page.reload();
  await expect(page.getByText("This run was cancelled")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^gross, of [\d,]+ of 2,\d{3} days$/)).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeVisible({ timeout: 30_000 });
  await expect
    .poll(() => server.metadata(RSI, user).daily_summaries.filter((day) => day.has_data).length, {
      timeout: 30_000,
    })
    .toBeGreaterThan(kept);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("This run was cancelled")).toBeVisible({ timeout: 30_000 });
});

test("what is to be run is in the address: it can be kept, and a run can be made again as it was", async ({
  page,
  server,
}) => {
  await page.goto("/run?strategy=iron-condor&from=2024-10-01&to=2024-10-04&fill=next&slippage=0.5+points");
  await expect(page.getByLabel("Fill")).toHaveValue("next");
  await page.getByLabel("Scale").fill("2");
  await expect(page).toHaveURL(/scale=2/);
  await page.getByLabel("Strategy", { exact: true }).selectOption({ label: "In two parts" });
  await page.reload();
  await expect(page.getByLabel("Scale")).toHaveValue("2");
  await expect(page.getByLabel("From")).toHaveValue("2024-10-01");
  await page.getByLabel("From").fill("2024-10-09");
  await expect(
    page.getByText("The first day, Wed 9 Oct 2024, is after the last, Fri 4 Oct 2024."),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Run backtest" })).toBeDisabled();
  await page.getByLabel("From").fill("2024-10-01");
  await page.getByRole("button", { name: "Run backtest" }).click();
  await expect(page).toHaveURL(resultAddress("parts"));
  await expect(page.locator('a[data-status="traded"]')).toHaveCount(3);
  expect(server.metadata("parts").options).toMatchObject({
    fill: "next",
    scale: "2",
    slippage: "0.5 points",
  });

  await page.getByRole("link", { name: "Strategy", exact: true }).click();
  await expect(page.getByRole("heading", { name: "In two parts, as it was run" })).toBeVisible();
  await expect(page.getByText("Half of it").first()).toBeVisible();
  await page.goBack();
  await page.getByRole("link", { name: "Run again" }).click();
  await expect(page.getByLabel("Slippage")).toHaveValue("0.5 points");
  await expect(page.getByLabel("to", { exact: true })).toHaveValue("2024-10-04");
});

test("a position that was closed in parts shows each of them, with why", async ({ page, server }) => {
  await server.run({ user: "parts", strategy: "parts", from: "2024-10-01", to: "2024-10-01" });
  const position = server.day("01-10-2024", "parts", "parts").positions[0];
  expect(position?.parts).toHaveLength(2);
  await page.goto(`${resultAddress("parts", "parts")}/01-10-2024`);
  await expect(page.locator("tr[data-trade]")).toContainText("Exit condition, in 2 parts");
  await page.getByRole("link", { name: /^Why/ }).click();
  await expect(page.getByRole("heading", { name: "Closed in 2 parts" })).toBeVisible();
  const rows = page.locator("[data-part]");
  await expect(rows).toHaveCount(2);
  for (const [at, part] of (position?.parts ?? []).entries()) {
    await expect(rows.nth(at)).toContainText(part.exit_time?.slice(11) ?? "no time");
    expect(paise(await rows.nth(at).textContent())).toBe(paiseOf(part.pnl));
  }
  await rows.first().getByRole("link").click();
  await expect(page).toHaveURL(/tab=part-1/);
  await expect(page.getByRole("tab", { name: /^Part 1 10:00/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.locator("[data-condition]")).toContainText("Current Time >= 10:00");
  await page.getByRole("tab", { name: /^Exit 11:00/ }).click();
  await expect(page.locator("[data-condition]")).toContainText("Current Time >= 11:00");
});
