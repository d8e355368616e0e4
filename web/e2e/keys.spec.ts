// With keys configured: a sign-in, and a key that is nowhere on disk.

import { expect, test } from "./serving";

test.use({ serving: { name: "keys" } });

test("a server with keys asks for one, and shows its user what is theirs", async ({ page, server }) => {
  await server.run({ user: "ann", from: "2024-10-01", to: "2024-10-04" });
  const key = server.makeKey("ann");
  await page.goto("/r/ann/5708424d-5962-4629-978c-05b3a174e104", { waitUntil: "networkidle" });
  await page.waitForTimeout(700); // the server looks for keys twice a second
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await page.getByLabel("Key", { exact: true }).fill("sbk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("does not know this key");

  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  expect(
    await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])),
  ).not.toContain("sbk_");

  await page.getByRole("link", { name: /^Tuesday 1 October 2024/ }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await saved).suggestedFilename()).toBe("01-10-2024.json.gz");

  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByLabel("keep it until this tab is closed").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByTestId("day-pnl")).toBeVisible();
  await page.reload();
  await expect(page.getByTestId("day-pnl")).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("sbk_");

  await page.goto("/limits?user=ann");
  await expect(page.getByText("Limits are the administrator’s to set")).toBeVisible();
  await expect(page.getByRole("link", { name: "Limits", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: /User/ }).click();
  await expect(page.getByText("This key is of ann")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("sbk_");
});
