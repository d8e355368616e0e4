// A server that goes away and comes back.

import { resultAddress } from "./server";
import { expect, test } from "./serving";

test.use({ serving: { name: "lost" } });

test("a page whose server is lost says so, and goes on by itself when it is back", async ({
  page,
  server,
  watched,
}) => {
  watched.expected.push(/preload CSS|dynamically imported module/); // the day's code, when nobody answers
  await server.run({ from: "2024-10-01", to: "2024-10-04" });
  await page.goto(resultAddress());
  await expect(page.getByTestId("total-pnl")).toBeVisible();
  await server.kill();
  await page.getByRole("link", { name: /^Tuesday 1 October 2024/ }).click();
  await expect(page.getByText("The server does not answer.").first()).toBeVisible({ timeout: 15_000 });
  await server.begin();
  await expect(page.getByTestId("day-pnl")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText("The server does not answer.")).toHaveCount(0);
});

test("a run that is watched goes on where it was when its server is killed and comes back", async ({
  page,
  server,
}) => {
  const user = "watcher";
  await server.submit({ user, from: "2019-01-01", to: "2020-06-30" });
  await page.goto(resultAddress(undefined, user));
  await expect(page.locator('a[data-status="traded"]').first()).toBeVisible();
  await server.kill();
  await expect(page.getByText("The server does not answer.").first()).toBeVisible({ timeout: 15_000 });
  await server.begin();
  await expect(page.getByRole("progressbar")).toBeHidden({ timeout: 45_000 });
  await expect(page.getByText("completed")).toBeVisible();
  await expect(page.locator('a[data-status="traded"]')).toHaveCount(
    server.metadata(undefined, user).overall_summary.traded_days,
  );
});
