// Text from strategies is text; nothing is asked of another host; keys stay in memory.

import { resultAddress, strategyFile, USER } from "./server";
import { expect, test } from "./serving";

const HOSTILE = '<img src=x onerror="window.hostile=1"><script>window.hostile=1</script>';

test.use({
  serving: { name: "safety", runs: [{ strategy: "hostile", from: "2024-10-01", to: "2024-10-03" }] },
});

test("names, labels and variables of a strategy are never markup", async ({ page, server }) => {
  const day = server.day("01-10-2024", "hostile");
  const trade = day.positions[0]?.trade_id ?? "";
  const node = day.signals[0]?.node_id ?? "";
  const views = [
    "/",
    "/strategies",
    "/strategies/hostile",
    "/run?strategy=hostile",
    resultAddress("hostile"),
    `${resultAddress("hostile")}/01-10-2024`,
    `${resultAddress("hostile")}/01-10-2024?trade=${encodeURIComponent(trade)}`,
    `${resultAddress("hostile")}/01-10-2024/${encodeURIComponent(trade)}`,
    `${resultAddress("hostile")}/01-10-2024/${encodeURIComponent(trade)}?tab=exit`,
    `${resultAddress("hostile")}/01-10-2024/why/${encodeURIComponent(node)}`,
  ];
  for (const view of views) {
    await page.goto(view);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => "hostile" in window), view).toBe(false);
    expect(await page.locator("main img, main script, main i, main u").count(), view).toBe(0);
  }
  await page.goto(resultAddress("hostile"));
  await expect(page.getByRole("heading", { name: HOSTILE })).toBeVisible();
});

test("the page has a strict policy, and what is not the page's is no page", async ({ request }) => {
  const document = await request.get("/r/a/b/01-10-2024/t/u/v");
  expect(document.status()).toBe(200);
  const policy = document.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*|http/);
  expect((await request.get("/assets/../../keys.py")).status()).toBe(404);
  expect((await request.get("/assets/none.js")).status()).toBe(404);
  expect((await request.get("/other")).status()).toBe(404);
});

test("a strategy is dropped, its findings stand at their nodes, and only one that can run is stored", async ({
  page,
  server,
}) => {
  await page.goto("/strategies");
  await page.getByLabel("Strategy file").setInputFiles(strategyFile("broken"));
  await expect(page.getByText("cannot run", { exact: true })).toBeVisible();
  await expect(page.getByText("unknown operator '=>'")).toBeVisible();
  await expect(page.locator(".react-flow__node").filter({ hasText: "1 error" })).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Add it as your own" })).toHaveCount(0);

  await page.getByLabel("Strategy file").setInputFiles(strategyFile("never"));
  await page.getByRole("button", { name: "Add it as your own" }).click();
  await expect(page).toHaveURL("/strategies/never");
  await expect(page.getByText("when Current Time >= 09:30").first()).toBeVisible();
  const stored = await fetch(`${server.url}/api/v1/strategies?user_id=${USER}`);
  expect(await stored.text()).toContain('"owner":"user_123"');
  await page.goto("/strategies");
  await page.getByLabel("Strategy file").setInputFiles(strategyFile("never"));
  await expect(page.getByText("it would be replaced")).toBeVisible();
  await expect(page.getByText("Your own strategy of this id stands before it")).toBeVisible();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByText("your own", { exact: true })).toHaveCount(1);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByText("your own", { exact: true })).toHaveCount(0);
  await expect(page.getByText("it would be replaced")).toHaveCount(0);
});
